using System.Text;

namespace FeedbackService.Model.Tokenization.Bpe;

/// <summary>
/// Words of GPT-2: the alternatives <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>, by characters and without a
/// regular expression: .NET's sees code units, and letters beyond the 16-bit plane are no letters to it.
/// </summary>
internal static class ByteLevelWords
{
    private enum Kind
    {
        Space,
        Letter,
        Number,
        Other,
    }

    /// <summary>Where the word ends that begins at <paramref name="start"/>.</summary>
    /// <param name="text">Well-formed.</param>
    /// <param name="start">Within the text.</param>
    public static int End(ReadOnlySpan<char> text, int start)
    {
        if (text[start] == '\'' && Contraction(text[(start + 1)..]) is > 0 and var length)
        {
            return start + 1 + length;
        }

        var begin = text[start] == ' ' && start + 1 < text.Length ? start + 1 : start;
        var kind = KindOf(text, begin, out _);
        if (kind == Kind.Space)
        {
            (begin, kind) = (start, Kind.Space);
        }

        var end = Run(text, begin, kind);

        // White space in front of a word leaves its last character to that word, or at least out of the run.
        return kind == Kind.Space && end < text.Length && end - start > 1 ? end - 1 : end;
    }

    private static int Contraction(ReadOnlySpan<char> rest) => rest switch
    {
        ['s' or 't' or 'm' or 'd', ..] => 1,
        ['r' or 'v', 'e', ..] or ['l', 'l', ..] => 2,
        _ => 0,
    };

    private static int Run(ReadOnlySpan<char> text, int position, Kind kind)
    {
        while (position < text.Length && KindOf(text, position, out var length) == kind)
        {
            position += length;
        }

        return position;
    }

    private static Kind KindOf(ReadOnlySpan<char> text, int position, out int length)
    {
        if (char.IsAscii(text[position]))
        {
            length = 1;
            var c = text[position];
            return char.IsAsciiLetter(c) ? Kind.Letter : char.IsAsciiDigit(c) ? Kind.Number : char.IsWhiteSpace(c) ? Kind.Space : Kind.Other;
        }

        var rune = UnicodeText.ReadRune(text, position, out length);
        return Rune.IsLetter(rune) ? Kind.Letter : Rune.IsNumber(rune) ? Kind.Number : Rune.IsWhiteSpace(rune) ? Kind.Space : Kind.Other;
    }
}
