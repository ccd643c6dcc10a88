using System.Text;

namespace FeedbackService.Model.Tokenization.Fast;

/// <summary>
/// <c>BertNormalizer</c> of Hugging Face's tokenizers library: control characters dropped, white space made spaces, spaces around ideographs, accents
/// dropped, lower case. Keeps source positions. One instance serves one thread at a time.
/// </summary>
/// <remarks>Unlike BERT's original <see cref="BertWordSplitter"/> it composes nothing, and keeps unassigned characters.</remarks>
internal sealed class FastBertNormalizer(WordPieceConfig config)
{
    private readonly bool _stripAccents = config.StripsAccents;
    private readonly List<(Rune Rune, int Start, int End)> _marks = [];

    /// <summary>Normalises a stretch of a text. Unpaired surrogates are dropped, like U+FFFD.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="start">First code unit of the stretch.</param>
    /// <param name="end">One past its last code unit.</param>
    /// <param name="into">Cleared first.</param>
    public void Normalize(ReadOnlySpan<char> text, int start, int end, NormalizedText into)
    {
        into.Clear();
        for (var position = start; position < end;)
        {
            var rune = UnicodeText.ReadRune(text[..end], position, out var length);
            var next = position + length;
            if (rune.IsAscii && rune.Value is > ' ' and < 0x7F)
            {
                Lower(rune, position, next, into);
            }
            else if (!FastUnicode.IsDropped(rune.Value))
            {
                Other(rune, position, next, into);
            }

            position = next;
        }

        Flush(into);
    }

    private void Other(Rune rune, int start, int end, NormalizedText into)
    {
        if (Rune.IsWhiteSpace(rune))
        {
            Flush(into);
            into.Append(' ', start, end);
            return;
        }

        var alone = config.SplitChinese && FastUnicode.IsIdeograph(rune.Value);
        if (alone)
        {
            Flush(into);
            into.Append(' ', start, start);
        }

        Decomposed(rune, start, end, into);
        if (alone)
        {
            Flush(into);
            into.Append(' ', end, end);
        }
    }

    private void Decomposed(Rune rune, int start, int end, NormalizedText into)
    {
        if (!_stripAccents)
        {
            Lower(rune, start, end, into);
            return;
        }

        // ICU refuses U+FFFE, which has no decomposition.
        if (rune.Value == 0xFFFE || FastUnicode.StaysComposed(rune.Value) || (rune.IsBmp && StableCharacters.Decomposed.Contains((char)rune.Value)))
        {
            Part(rune, start, end, into);
            return;
        }

        foreach (var part in rune.ToString().Normalize(NormalizationForm.FormD).EnumerateRunes())
        {
            Part(part, start, end, into);
        }
    }

    private void Part(Rune rune, int start, int end, NormalizedText into)
    {
        if (FastUnicode.CombiningClass(rune.Value) > 0)
        {
            _marks.Add((rune, start, end));
        }
        else if (!FastUnicode.IsAccent(rune.Value))
        {
            Lower(rune, start, end, into);
        }
        else if (_marks.Count == 0)
        {
            into.Extend(end);
        }
        else if (!Reorders(rune))
        {
            Flush(into);
        }
    }

    private void Lower(Rune rune, int start, int end, NormalizedText into)
    {
        Flush(into);
        Append(rune, start, end, into);
    }

    private void Append(Rune rune, int start, int end, NormalizedText into)
    {
        Span<char> units = stackalloc char[2];
        var count = config.LowerCase ? FastUnicode.ToLower(rune, units) : rune.EncodeToUtf16(units);
        for (var i = 0; i < count; i++)
        {
            into.Append(units[i], start, end);
        }
    }

    // Decomposition sorts neighbouring marks by their class. Nearly all of them are dropped afterwards; here are the ones that stay.
    private void Flush(NormalizedText into)
    {
        if (_marks.Count == 0)
        {
            return;
        }

        // Positions stay in the order of the text.
        foreach (var (rune, place) in _marks.Select(mark => mark.Rune).OrderBy(rune => FastUnicode.CombiningClass(rune.Value)).Zip(_marks))
        {
            Append(rune, place.Start, place.End, into);
        }

        _marks.Clear();
    }

    // Only characters of class 0 stand still behind U+0345, whose class is the highest.
    private static bool Reorders(Rune rune) => rune.Value == 0x345 || ("\u0345" + rune).Normalize(NormalizationForm.FormD)[0] != '\u0345';
}
