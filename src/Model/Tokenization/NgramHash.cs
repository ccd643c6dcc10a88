namespace FeedbackService.Model.Tokenization;

/// <summary>
/// The hash behind the buckets. Part of the artifact format: a change makes every trained n-gram model worthless.
/// FNV-1a (Fowler, Noll, Vo) with 64 bits, fed with whole UTF-16 code units or with the hashes of words instead of bytes,
/// then the finaliser of MurmurHash3 (Appleby), because the high bits of FNV alone are poor.
/// </summary>
internal static class NgramHash
{
    /// <summary>Offset basis of FNV-1a.</summary>
    public const ulong Start = 14695981039346656037;

    private const ulong Prime = 1099511628211;

    /// <summary>Namespaces keep n-grams of different kinds and of the two texts of a pair apart.</summary>
    public static ulong Namespace(NgramNamespace kind, bool pair) => Add(Start, ((ulong)kind * 2) + (pair ? 1UL : 0UL));

    public static ulong Add(ulong hash, ulong value) => unchecked((hash ^ value) * Prime);

    public static ulong Of(ulong hash, ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            hash = Add(hash, c);
        }

        return hash;
    }

    /// <summary>Bucket of a finished hash: the high part of mixed hash × buckets, even for any number of buckets.</summary>
    public static int Bucket(ulong hash, int buckets)
    {
        unchecked
        {
            hash ^= hash >> 33;
            hash *= 0xff51afd7ed558ccd;
            hash ^= hash >> 33;
            hash *= 0xc4ceb9fe1a85ec53;
            hash ^= hash >> 33;
        }

        return (int)Math.BigMul(hash, (ulong)buckets, out _);
    }
}
