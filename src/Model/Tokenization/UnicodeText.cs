using System.Globalization;
using System.Text;

namespace FeedbackService.Model.Tokenization;

/// <summary>Questions about characters that the tokenizers ask.</summary>
internal static class UnicodeText
{
    /// <summary>Reads one character; an unpaired surrogate comes back as U+FFFD of length 1.</summary>
    public static Rune ReadRune(ReadOnlySpan<char> text, int position, out int length)
    {
        Rune.DecodeFromUtf16(text[position..], out var rune, out length);
        return rune;
    }

    /// <summary>False when there is an unpaired surrogate.</summary>
    public static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        for (var i = text.IndexOfAnyInRange('\uD800', '\uDFFF'); i >= 0 && i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[++i])))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The text with U+FFFD for every unpaired surrogate: of the same length, so that positions stay.</summary>
    public static string WellFormed(string text)
    {
        if (IsWellFormed(text))
        {
            return text;
        }

        return string.Create(text.Length, text, static (units, source) =>
        {
            source.CopyTo(units);
            for (var i = 0; i < units.Length; i++)
            {
                if (i + 1 < units.Length && char.IsSurrogatePair(units[i], units[i + 1]))
                {
                    i++;
                }
                else if (char.IsSurrogate(units[i]))
                {
                    units[i] = '\uFFFD';
                }
            }
        });
    }

    /// <summary>True for combining marks (Mn, Mc, Me).</summary>
    public static bool IsMark(Rune rune) => rune.Value >= 0x300 && Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;

    /// <summary>True for what may compose with the character before it: marks, and the vowels and finals of Hangul.</summary>
    public static bool IsContinuation(Rune rune) => rune.Value is >= 0x1160 and <= 0x11FF || IsMark(rune);

    /// <summary>BERT's list of ideographs: the CJK blocks, without kana and Hangul.</summary>
    public static bool IsIdeograph(int value) => value is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF)
        or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F) or (>= 0x2B740 and <= 0x2B81F)
        or (>= 0x2B820 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);

    /// <summary>Scripts written without spaces whose characters carry meaning alone: ideographs (also the later blocks) and kana.</summary>
    public static bool IsIdeographOrKana(int value) => IsIdeograph(value)
        || value is (>= 0x3041 and <= 0x30FF and not 0x30FB) or (>= 0x31F0 and <= 0x31FF) or (>= 0x2CEB0 and <= 0x323AF) or 0x3005 or 0x3007;

    /// <summary>BERT's punctuation: everything in ASCII that is neither letter, digit, space nor control, and category P.</summary>
    public static bool IsPunctuation(Rune rune)
    {
        if (rune.IsAscii)
        {
            var c = (char)rune.Value;
            return c is > ' ' and < '\x7F' && !char.IsAsciiLetterOrDigit(c);
        }

        return Rune.IsPunctuation(rune);
    }

    /// <summary>Lower case of one character. U+0130 is the one that .NET leaves alone because its lower case is two characters.</summary>
    public static int ToLower(Rune rune, Span<char> destination)
    {
        if (rune.Value == 0x130)
        {
            "i\u0307".CopyTo(destination);
            return 2;
        }

        return Rune.ToLowerInvariant(rune).EncodeToUtf16(destination);
    }
}
