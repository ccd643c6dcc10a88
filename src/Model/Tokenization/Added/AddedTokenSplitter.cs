using System.Globalization;
using System.Text;

namespace FeedbackService.Model.Tokenization.Added;

/// <summary>Cuts a text at its added tokens by the rules of Hugging Face's tokenizers library (<c>AddedVocabulary</c>).</summary>
internal sealed class AddedTokenSplitter
{
    private readonly AddedToken[] _tokens;
    private readonly TokenAutomaton _automaton;

    /// <param name="tokens">The tokens to find.</param>
    /// <param name="patterns">What each looks like in the text: its content, or the normal form of it. None empty.</param>
    public AddedTokenSplitter(AddedToken[] tokens, IReadOnlyList<string> patterns)
    {
        _tokens = tokens;
        _automaton = new TokenAutomaton(patterns);
        Lengths = [.. patterns.Select(pattern => pattern.Length)];
    }

    private int[] Lengths { get; }

    /// <summary>The sections of a text in their order. With tokens that begin with white space they may overlap, as they do there.</summary>
    public List<TextSection> Split(ReadOnlySpan<char> text)
    {
        var sections = new List<TextSection>();
        var done = 0;
        foreach (var (matchStart, pattern) in _automaton.Find(text))
        {
            var (start, end) = (matchStart, matchStart + Lengths[pattern]);
            var token = _tokens[pattern];
            if (token.SingleWord && (EndsWithWord(text[..start]) || StartsWithWord(text[end..])))
            {
                continue;
            }

            if (token.Lstrip)
            {
                while (start > done && char.IsWhiteSpace(text[start - 1]))
                {
                    start--;
                }

                start = Math.Max(start, done);
            }

            // What the token before has taken in is white space: passed over, or a run of tokens that begin with it would cost the square of its length.
            end = token.Rstrip ? Math.Max(end, done) : end;
            while (token.Rstrip && end < text.Length && char.IsWhiteSpace(text[end]))
            {
                end++;
            }

            end = Math.Max(start, end);
            if (done < start)
            {
                sections.Add(new TextSection(done, start, TextSection.NoToken));
            }

            sections.Add(new TextSection(start, end, token.Id));
            done = end;
        }

        if (done < text.Length)
        {
            sections.Add(new TextSection(done, text.Length, TextSection.NoToken));
        }

        return sections;
    }

    private static bool StartsWithWord(ReadOnlySpan<char> text) => !text.IsEmpty && IsWord(UnicodeText.ReadRune(text, 0, out _));

    private static bool EndsWithWord(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
        {
            return false;
        }

        Rune.DecodeLastFromUtf16(text, out var rune, out _);
        return IsWord(rune);
    }

    // \w of Rust's regex crate (UTS 18, annex C): alphabetic, marks, decimal digits, connectors, join controls. Alphabetic symbols are listed.
    private static bool IsWord(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter
            or UnicodeCategory.OtherLetter or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
            or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.ConnectorPunctuation => true,
        UnicodeCategory.Format => rune.Value is 0x200C or 0x200D,
        UnicodeCategory.OtherSymbol => rune.Value is (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169)
            or (>= 0x1F170 and <= 0x1F189),
        _ => false,
    };
}
