using System.Globalization;
using System.Text;

namespace FeedbackService.Model.Tokenization;

/// <summary>
/// BERT's basic tokenization (Devlin et al. 2018, as in Hugging Face's BasicTokenizer): control characters dropped, every
/// Chinese character and every punctuation mark a word, accents and case folded if asked for. Keeps source positions.
/// </summary>
/// <remarks>
/// Works character by character, so a text of any size needs only the buffer of one word. One instance serves one thread at
/// a time. Deviation: lower-casing looks at single characters (a final capital sigma becomes σ), like Hugging Face's fast tokenizer.
/// </remarks>
public sealed class BertWordSplitter
{
    // Unicode's stream-safe format (UAX 15) allows 30 marks in a row; the order of more would cost quadratic time.
    private const int MaxMarks = 30;

    private readonly WordPieceConfig _config;
    private readonly bool _stripAccents;
    private readonly StringBuilder _composing = new();
    private char[] _word = new char[128];
    private int[] _starts = new int[128];
    private int[] _ends = new int[128];
    private int _length;
    private int _characters;
    private BertWordAction _onWord = static (_, _, _, _) => { };

    /// <summary>Splits by the rules of <paramref name="config"/>.</summary>
    public BertWordSplitter(WordPieceConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        _config = config;
        _stripAccents = config.StripsAccents;
    }

    /// <summary>Splits one text. Anything is allowed in it, unpaired surrogates included (they are dropped).</summary>
    public void Split(ReadOnlySpan<char> text, BertWordAction onWord)
    {
        ArgumentNullException.ThrowIfNull(onWord);
        _onWord = onWord;
        for (var position = 0; position < text.Length;)
        {
            var c = text[position];
            var next = position + 1;
            if (c < 0x80 && (next == text.Length || text[next] < 0x300))
            {
                Ascii(c, position);
                position = next;
            }
            else
            {
                position = Other(text, position);
            }
        }

        Flush();
    }

    private void Ascii(char c, int position)
    {
        if (c is ' ' or '\t' or '\n' or '\r')
        {
            Flush();
        }
        else if (char.IsAsciiLetterOrDigit(c))
        {
            Append(_config.LowerCase ? char.ToLowerInvariant(c) : c, position, position + 1, startsCharacter: true);
        }
        else if (c is > ' ' and < '\x7F')
        {
            Flush();
            Append(c, position, position + 1, startsCharacter: true);
            Flush();
        }
    }

    private int Other(ReadOnlySpan<char> text, int position)
    {
        var rune = UnicodeText.ReadRune(text, position, out var length);
        var end = position + length;
        if (IsDropped(rune))
        {
            return end;
        }

        if (IsSpace(rune))
        {
            Flush();
            return end;
        }

        var alone = _config.SplitChinese && UnicodeText.IsIdeograph(rune.Value);
        if (alone)
        {
            Flush();
        }

        if (_stripAccents)
        {
            Decomposed(rune, position, end);
        }
        else
        {
            end = Composed(text, rune, position, end);
        }

        if (alone)
        {
            Flush();
        }

        return end;
    }

    private void Decomposed(Rune rune, int start, int end)
    {
        // Marks are stable too, and must go.
        if (rune.IsBmp && StableCharacters.Decomposed.Contains((char)rune.Value) && !UnicodeText.IsMark(rune))
        {
            Normalized(rune, start, end);
            return;
        }

        foreach (var part in rune.ToString().Normalize(NormalizationForm.FormD).EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(part) != UnicodeCategory.NonSpacingMark)
            {
                Normalized(part, start, end);
            }
            else if (_length > 0)
            {
                // The mark belongs to the letter before it: the span of the letter takes it in.
                _ends[_length - 1] = end;
            }
        }
    }

    private int Composed(ReadOnlySpan<char> text, Rune first, int start, int end)
    {
        if (StableCharacters.Composed.StandsAlone(text, start))
        {
            Normalized(first, start, end);
            return end;
        }

        _composing.Clear().Append(first.ToString());
        var read = end;
        for (var marks = 0; read < text.Length && marks < MaxMarks;)
        {
            var rune = UnicodeText.ReadRune(text, read, out var length);
            if (!IsDropped(rune))
            {
                if (!UnicodeText.IsContinuation(rune))
                {
                    break;
                }

                _composing.Append(rune.ToString());
                end = read + length;
                marks++;
            }

            read += length;
        }

        foreach (var part in _composing.ToString().Normalize(NormalizationForm.FormC).EnumerateRunes())
        {
            Normalized(part, start, end);
        }

        return read;
    }

    private void Normalized(Rune rune, int start, int end)
    {
        var punctuation = UnicodeText.IsPunctuation(rune);
        if (punctuation)
        {
            Flush();
        }

        Span<char> units = stackalloc char[2];
        var count = _config.LowerCase ? UnicodeText.ToLower(rune, units) : rune.EncodeToUtf16(units);
        for (var i = 0; i < count; i++)
        {
            Append(units[i], start, end, startsCharacter: !char.IsLowSurrogate(units[i]));
        }

        if (punctuation)
        {
            Flush();
        }
    }

    private void Append(char unit, int start, int end, bool startsCharacter)
    {
        _characters += startsCharacter ? 1 : 0;
        if (_characters > _config.MaxWordLength)
        {
            // Known to be too long: only where it ends still matters.
            _ends[_length - 1] = end;
            return;
        }

        if (_length == _word.Length)
        {
            Array.Resize(ref _word, _length * 2);
            Array.Resize(ref _starts, _length * 2);
            Array.Resize(ref _ends, _length * 2);
        }

        (_word[_length], _starts[_length], _ends[_length]) = (unit, start, end);
        _length++;
    }

    private void Flush()
    {
        if (_length > 0)
        {
            _onWord(_word.AsSpan(0, _length), _starts.AsSpan(0, _length), _ends.AsSpan(0, _length), _characters > _config.MaxWordLength);
        }

        (_length, _characters) = (0, 0);
    }

    private static bool IsSpace(Rune rune) => rune.Value is ' ' or '\t' or '\n' or '\r' || Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    // U+FFFD is also what an unpaired surrogate is read as.
    private static bool IsDropped(Rune rune) => rune.Value is not ('\t' or '\n' or '\r') && (rune.Value is 0 or 0xFFFD || Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned);
}
