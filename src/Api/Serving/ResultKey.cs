using System.Runtime.InteropServices;
using System.Security.Cryptography;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Api.Serving;

/// <summary>SHA-256 of a text and of all that its answer hangs on, so that no text is kept in memory.</summary>
/// <param name="First">The digest's first half.</param>
/// <param name="Second">Its second half.</param>
internal readonly record struct ResultKey(UInt128 First, UInt128 Second)
{
    /// <summary>Those of a request's texts, in order. Who waits plays no part: the answer is the same.</summary>
    /// <param name="terms">Without a trace.</param>
    /// <param name="inputs">The texts.</param>
    public static ResultKey[] Of(TextTerms terms, IReadOnlyList<TextInput> inputs)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var keys = new ResultKey[inputs.Count];
        Span<UInt128> digest = stackalloc UInt128[2];
        for (var i = 0; i < keys.Length; i++)
        {
            Add(hash, terms.ManifestSha256);
            Add(hash, terms);
            Add(hash, inputs[i].Text);
            Add(hash, inputs[i].TextPair);
            hash.GetHashAndReset(MemoryMarshal.AsBytes(digest));
            keys[i] = new ResultKey(digest[0], digest[1]);
        }

        return keys;
    }

    private static void Add(IncrementalHash hash, TextTerms terms)
    {
        var options = terms.Options;
        ReadOnlySpan<long> values =
        [
            options.MaxRounds ?? -1,
            BitConverter.DoubleToInt64Bits(options.ExitThreshold ?? -1),
            BitConverter.DoubleToInt64Bits(options.ExitChange ?? -1),
            terms.Truncate ? 1 : 0,
            (long)terms.Provider,
        ];
        hash.AppendData(MemoryMarshal.AsBytes(values));
    }

    // With its length, so that no two pairs of texts look the same laid end to end.
    private static void Add(IncrementalHash hash, string? text)
    {
        ReadOnlySpan<int> length = [text?.Length ?? -1];
        hash.AppendData(MemoryMarshal.AsBytes(length));
        hash.AppendData(MemoryMarshal.AsBytes(text.AsSpan()));
    }
}
