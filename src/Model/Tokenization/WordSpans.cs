using System.Globalization;
using System.Text;

namespace FeedbackService.Model.Tokenization;

/// <summary>Cuts a text into what a reader would point at, whatever the tokenizer makes of it.</summary>
public static class WordSpans
{
    private enum Kind
    {
        Gap,
        Attached,
        Word,
        Ideograph,
        Other,
    }

    /// <summary>
    /// Words (letters, digits and their marks, with apostrophes inside), single ideographs and kana, and runs of anything else that can be seen.
    /// White space and control characters part them and belong to none.
    /// </summary>
    /// <param name="text">Any text.</param>
    /// <param name="pair">Whether it is the second text of a pair.</param>
    /// <returns>In text order, none empty, none overlapping.</returns>
    public static IReadOnlyList<TokenSpan> Of(string text, bool pair = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        var found = new List<TokenSpan>();
        var (open, start) = (Kind.Gap, 0);
        for (var (position, length) = (0, 0); position < text.Length; position += length)
        {
            var next = KindOf(text, position, open, out length);
            if (next == Kind.Attached || (next == open && next != Kind.Ideograph))
            {
                continue;
            }

            Close(position);
            (open, start) = (next, position);
        }

        Close(text.Length);
        return found;

        void Close(int end)
        {
            if (open != Kind.Gap)
            {
                found.Add(new TokenSpan(start, end, pair));
            }
        }
    }

    private static Kind KindOf(string text, int position, Kind open, out int length)
    {
        var rune = UnicodeText.ReadRune(text, position, out length);
        if (rune.Value is '\'' or '’' && open == Kind.Word && position + length < text.Length && IsWord(UnicodeText.ReadRune(text, position + length, out _)))
        {
            return Kind.Attached;
        }

        if (UnicodeText.IsMark(rune) || Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format)
        {
            return Kind.Attached;
        }

        return Rune.IsWhiteSpace(rune) || Rune.IsControl(rune) ? Kind.Gap
            : UnicodeText.IsIdeographOrKana(rune.Value) ? Kind.Ideograph
            : IsWord(rune) ? Kind.Word
            : Kind.Other;
    }

    private static bool IsWord(Rune rune) => Rune.IsLetter(rune) || Rune.IsNumber(rune);
}
