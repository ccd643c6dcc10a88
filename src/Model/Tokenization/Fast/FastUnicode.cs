using System.Text;

namespace FeedbackService.Model.Tokenization.Fast;

internal static partial class FastUnicode
{
    /// <summary>Removed by clean_text.</summary>
    public static bool IsDropped(int value) => Contains(Dropped, value);

    /// <summary>Made a word of its own.</summary>
    public static bool IsPunctuation(int value) => Contains(Punctuation, value);

    /// <summary>Removed by strip_accents.</summary>
    public static bool IsAccent(int value) => value >= 0x300 && Contains(Marks, value);

    /// <summary>BERT's list of ideographs, where the library writes 2B920 for 2B820.</summary>
    public static bool IsIdeograph(int value) => UnicodeText.IsIdeograph(value) && value is < 0x2B820 or > 0x2B91F;

    /// <summary>Lower case of one character, up to two code units.</summary>
    public static int ToLower(Rune rune, Span<char> destination) => Newer(rune.Value) is { } lower
        ? new Rune(lower).EncodeToUtf16(destination)
        : UnicodeText.ToLower(rune, destination);

    /// <summary>Has a canonical decomposition that the library does not know yet.</summary>
    public static bool StaysComposed(int value) => value is 0x105C9 or 0x105E4 or 0x11383 or 0x11385 or 0x1138E or 0x11391 or 0x113C5 or 0x113C7
        or 0x113C8 or 0x11938 or (>= 0x16121 and <= 0x16128) or (>= 0x16D68 and <= 0x16D6A);

    /// <summary>
    /// Canonical combining class of the marks that strip_accents keeps although they have one; 0 for everything else. Decomposition sorts by it.
    /// </summary>
    public static int CombiningClass(int value) => value switch
    {
        0x11446 or 0x1E94A => 7,
        0x1B44 or 0x1BAA or 0x1BF2 or 0x1BF3 or 0xA953 or 0xA9C0 or 0x111C0 or 0x11235 or 0x1134D or 0x11442 or 0x116B6 or 0x11C3F => 9,
        0x1D165 or 0x1D166 or (>= 0x1D16E and <= 0x1D172) => 216,
        0x302E or 0x302F => 224,
        0x1D16D => 226,
        (>= 0x8D4 and <= 0x8E1) or 0x1DFB or (>= 0x1E000 and <= 0x1E006) or (>= 0x1E008 and <= 0x1E018) or (>= 0x1E01B and <= 0x1E021)
            or 0x1E023 or 0x1E024 or (>= 0x1E026 and <= 0x1E02A) or (>= 0x1E944 and <= 0x1E949) => 230,
        _ => 0,
    };

    // Lower case that Unicode 16 and 17 brought: the library has it, ICU only in its latest versions.
    private static int? Newer(int value) => value switch
    {
        0x1C89 => 0x1C8A,
        0xA7CB => 0x264,
        0xA7DC => 0x19B,
        0xA7CC or 0xA7CE or 0xA7D2 or 0xA7D4 or 0xA7DA => value + 1,
        >= 0x10D50 and <= 0x10D65 => value + 0x20,
        >= 0x16EA0 and <= 0x16EB8 => value + 0x1B,
        _ => null,
    };

    private static bool Contains(ReadOnlySpan<int> ranges, int value)
    {
        var (low, high) = (0, (ranges.Length / 2) - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (value < ranges[2 * middle])
            {
                high = middle - 1;
            }
            else if (value > ranges[(2 * middle) + 1])
            {
                low = middle + 1;
            }
            else
            {
                return true;
            }
        }

        return false;
    }
}
