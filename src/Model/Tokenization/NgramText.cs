using System.Globalization;
using System.Text;

namespace FeedbackService.Model.Tokenization;

/// <summary>What a unit of a text is to the n-gram tokenizer.</summary>
internal enum NgramUnitKind : byte
{
    /// <summary>A run of letters, digits and marks.</summary>
    Word,

    /// <summary>One ideograph or kana.</summary>
    Ideograph,

    /// <summary>One symbol such as an emoji.</summary>
    Symbol,

    /// <summary>Anything else that can be seen; only used when the text has nothing better.</summary>
    Other,
}

/// <summary>A unit: code units [Start, End) of the normalised text.</summary>
internal readonly record struct NgramUnit(int Start, int End, NgramUnitKind Kind, ulong Hash);

/// <summary>
/// A text in NFKC and lower case, cut into units, with the way back to the source. A working memory that is filled again and
/// again by one thread.
/// </summary>
internal sealed class NgramText
{
    private const int MaxMarks = 30;

    private readonly StringBuilder _composing = new();
    private int[] _starts = new int[256];
    private int[] _ends = new int[256];
    private int _wordStart = -1;
    private bool _lowerCase;
    private bool _symbols;

    /// <summary>Normalised code units; valid up to <see cref="Length"/>.</summary>
    public char[] Characters { get; private set; } = new char[256];

    public int Length { get; private set; }

    /// <summary>Units in text order.</summary>
    public List<NgramUnit> Units { get; } = new(64);

    /// <summary>True when there is a word, an ideograph or a symbol.</summary>
    public bool HasContent { get; private set; }

    /// <summary>True when there is an ideograph or kana.</summary>
    public bool HasIdeograph { get; private set; }

    /// <summary>Number of code units it can hold without growing.</summary>
    public int Capacity => Characters.Length;

    /// <summary>Position in the source of the normalised code units [start, end).</summary>
    public TokenSpan Source(int start, int end, bool pair) => new(_starts[start], _ends[end - 1], pair);

    public void Read(ReadOnlySpan<char> text, HashedNgramConfig config)
    {
        (Length, _wordStart, HasContent, HasIdeograph) = (0, -1, false, false);
        (_lowerCase, _symbols) = (config.LowerCase, config.Symbols);
        Units.Clear();
        for (var position = 0; position < text.Length;)
        {
            var c = text[position];
            if (StableCharacters.Compatible.StandsAlone(text, position))
            {
                Append(new Rune(c), position, position + 1);
                position++;
            }
            else
            {
                position = Compose(text, position);
            }
        }

        CloseWord();
    }

    private int Compose(ReadOnlySpan<char> text, int start)
    {
        // An unpaired surrogate is read as U+FFFD; String.Normalize would throw on it.
        var end = start;
        _composing.Clear();
        for (var marks = 0; end < text.Length && marks <= MaxMarks; marks++)
        {
            var rune = UnicodeText.ReadRune(text, end, out var length);
            if (marks > 0 && !UnicodeText.IsContinuation(rune))
            {
                break;
            }

            _composing.Append(rune.ToString());
            end += length;
        }

        foreach (var rune in _composing.ToString().Normalize(NormalizationForm.FormKC).EnumerateRunes())
        {
            Append(rune, start, end);
        }

        return end;
    }

    private void Append(Rune rune, int start, int end)
    {
        if (rune.IsAscii)
        {
            var c = (char)rune.Value;
            if (char.IsAsciiLetterOrDigit(c))
            {
                WordCharacter(_lowerCase ? (char)(char.IsAsciiLetterUpper(c) ? c | 0x20 : c) : c, start, end);
            }
            else
            {
                Single(rune, c > ' ' && c < '\x7F' ? NgramUnitKind.Other : null, start, end);
            }

            return;
        }

        if (UnicodeText.IsIdeographOrKana(rune.Value))
        {
            Single(rune, NgramUnitKind.Ideograph, start, end);
            return;
        }

        switch (Rune.GetUnicodeCategory(rune))
        {
            case UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter
                or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber:
                Word(rune, start, end);
                break;
            case UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark:
                // A mark on a letter is part of the word; one on an emoji (a variation selector) is nothing.
                if (_wordStart >= 0)
                {
                    Word(rune, start, end);
                }

                break;
            case UnicodeCategory.OtherSymbol when rune.Value != 0xFFFD:
                Single(rune, _symbols ? NgramUnitKind.Symbol : NgramUnitKind.Other, start, end);
                break;
            case UnicodeCategory.Format:
                // Soft hyphens and zero-width joiners do not end a word and cannot be seen.
                break;
            case UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.Control:
                CloseWord();
                break;
            default:
                Single(rune, NgramUnitKind.Other, start, end);
                break;
        }
    }

    private void Word(Rune rune, int start, int end)
    {
        Span<char> units = stackalloc char[2];
        var count = _lowerCase ? UnicodeText.ToLower(rune, units) : rune.EncodeToUtf16(units);
        for (var i = 0; i < count; i++)
        {
            WordCharacter(units[i], start, end);
        }
    }

    private void WordCharacter(char c, int start, int end)
    {
        if (_wordStart < 0)
        {
            _wordStart = Length;
        }

        Push(c, start, end);
    }

    private void Single(Rune rune, NgramUnitKind? kind, int start, int end)
    {
        CloseWord();
        if (kind is not { } known)
        {
            return;
        }

        var first = Length;
        Span<char> units = stackalloc char[2];
        var count = rune.EncodeToUtf16(units);
        for (var i = 0; i < count; i++)
        {
            Push(units[i], start, end);
        }

        AddUnit(first, known);
    }

    private void CloseWord()
    {
        if (_wordStart >= 0)
        {
            AddUnit(_wordStart, NgramUnitKind.Word);
            _wordStart = -1;
        }
    }

    private void AddUnit(int start, NgramUnitKind kind)
    {
        HasContent |= kind != NgramUnitKind.Other;
        HasIdeograph |= kind == NgramUnitKind.Ideograph;
        Units.Add(new NgramUnit(start, Length, kind, NgramHash.Of(NgramHash.Start, Characters.AsSpan(start, Length - start))));
    }

    private void Push(char c, int start, int end)
    {
        if (Length == Characters.Length)
        {
            var grown = new char[Length * 2];
            Characters.CopyTo(grown, 0);
            Characters = grown;
            Array.Resize(ref _starts, Length * 2);
            Array.Resize(ref _ends, Length * 2);
        }

        (Characters[Length], _starts[Length], _ends[Length]) = (c, start, end);
        Length++;
    }
}
