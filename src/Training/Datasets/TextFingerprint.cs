using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Training.Datasets;

/// <summary>64 bits that stand for a text, so that a million texts can be compared without being kept.</summary>
/// <remarks>Two different texts among a million share a fingerprint with a probability of 3e-8; what hangs on it is a warning.</remarks>
internal static class TextFingerprint
{
    /// <summary>Fingerprint of what is read; case, width (NFKC) and white space make no difference.</summary>
    public static ulong Of(TextInput input)
    {
        string text = Fold(input.Text);
        return Hash(input.TextPair is { } pair ? $"{text}\n{Fold(pair)}" : text);
    }

    /// <summary>Fingerprint of a set of labels, in whatever order.</summary>
    public static uint Of(IReadOnlyList<string> labels) =>
        (uint)Hash(labels.Count == 1 ? labels[0] : string.Join('\n', labels.Order(StringComparer.Ordinal)));

    /// <summary>Compatibility form, lower case, runs of white space as one space, none at the ends.</summary>
    public static string Fold(string text)
    {
        // Normalize refuses this one character that is not a surrogate.
        string normal = Ascii.IsValid(text) || text.Contains('\uFFFE') ? text : text.Normalize(NormalizationForm.FormKC);
        char[] folded = ArrayPool<char>.Shared.Rent(normal.Length);
        int length = 0;
        bool gap = false;
        foreach (char c in normal)
        {
            if (char.IsWhiteSpace(c))
            {
                gap = length > 0;
                continue;
            }

            if (gap)
            {
                folded[length++] = ' ';
                gap = false;
            }

            folded[length++] = char.ToLowerInvariant(c);
        }

        string result = new(folded, 0, length);
        ArrayPool<char>.Shared.Return(folded);
        return result;
    }

    private static ulong Hash(string text)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(text.AsSpan()), digest);
        return BinaryPrimitives.ReadUInt64LittleEndian(digest);
    }
}
