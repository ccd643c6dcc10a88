using System.Text;

namespace FeedbackService.Model.Tokenization;

/// <summary>Which UTF-16 code units a normalisation form leaves as they are. Spares a call and a string per character.</summary>
internal sealed class StableCharacters(NormalizationForm form)
{
    private const byte Stable = 1;
    private const byte Changes = 2;

    // Filled on demand. Two threads may compute the same entry; both write the same byte.
    private readonly byte[] _known = new byte[char.MaxValue + 1];

    public static StableCharacters Decomposed { get; } = new(NormalizationForm.FormD);

    public static StableCharacters Composed { get; } = new(NormalizationForm.FormC);

    public static StableCharacters Compatible { get; } = new(NormalizationForm.FormKC);

    /// <summary>True when <paramref name="c"/> alone is unchanged. False for surrogates.</summary>
    public bool Contains(char c)
    {
        var known = _known[c];
        if (known == 0)
        {
            known = !char.IsSurrogate(c) && c.ToString().IsNormalized(form) ? Stable : Changes;
            _known[c] = known;
        }

        return known == Stable;
    }

    /// <summary>True when the character at <paramref name="position"/> is unchanged and nothing after it can join it.</summary>
    public bool StandsAlone(ReadOnlySpan<char> text, int position)
    {
        if (!Contains(text[position]))
        {
            return false;
        }

        if (position + 1 == text.Length || text[position + 1] < 0x300)
        {
            return true;
        }

        var next = text[position + 1];
        return !char.IsSurrogate(next) && !UnicodeText.IsContinuation(new Rune(next));
    }
}
