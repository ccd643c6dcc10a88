using FeedbackService.Model.Tokenization;
using FeedbackService.Training.Determinism;

namespace FeedbackService.Training.Masking;

/// <summary>
/// Chooses the tokens that a model is to guess (Devlin et al. 2019, arXiv:1810.04805, §3.1): a share of them, of which 80 % become the mask token, 10 % any other token, and 10 % stay, so that
/// the model cannot know which tokens to trust.
/// </summary>
/// <remarks>
/// Of u units (tokens, or whole words) with ratio r, ⌊ru⌋ are chosen, and one more with probability ru − ⌊ru⌋; at least one. Differs from BERT's code, which rounds ru counting special tokens
/// too: here the expected share is r for every length that has a unit to choose. With whole words every token of a chosen word is to be guessed, each with its own draw of the three.
/// </remarks>
public sealed class TokenMasker
{
    private const double ShareMasked = 0.8;
    private const double ShareReplaced = 0.1;

    private readonly int _mask;
    private readonly double _ratio;
    private readonly bool _wholeWords;
    private readonly bool[] _special;
    private readonly bool[] _beginsWord;
    private readonly int[] _ordinary;

    /// <summary>Makes a masker. Texts must come from the same tokenizer.</summary>
    /// <param name="tokenizer">Has a mask token and at least one ordinary one.</param>
    /// <param name="ratio">Share of the units that are chosen, in (0, 1).</param>
    /// <param name="wholeWords">Units are words, not tokens.</param>
    /// <exception cref="ArgumentException">The tokenizer has no mask token, or nothing else.</exception>
    public TokenMasker(IMaskableTokenizer tokenizer, double ratio, bool wholeWords)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        if (!(ratio is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(ratio), ratio, "The share must be above 0 and below 1.");
        }

        _mask = tokenizer.MaskId ?? throw new ArgumentException("The tokenizer has no token for what is hidden.", nameof(tokenizer));
        (_ratio, _wholeWords) = (ratio, wholeWords);
        _special = [.. Enumerable.Range(0, tokenizer.VocabularySize).Select(tokenizer.IsSpecial)];
        _beginsWord = [.. Enumerable.Range(0, tokenizer.VocabularySize).Select(tokenizer.BeginsWord)];
        _ordinary = [.. Enumerable.Range(0, _special.Length).Where(id => !_special[id])];
        if (_ordinary.Length == 0)
        {
            throw new ArgumentException("The tokenizer has special tokens only.", nameof(tokenizer));
        }
    }

    /// <summary>The text has a token that can be hidden: not all of it is special or unknown.</summary>
    public bool CanMask(TokenizedText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Ids.Any(id => !_special[id]);
    }

    /// <summary>Hides tokens of a text; the same seed hides the same.</summary>
    /// <param name="text">One that <see cref="CanMask"/>; stays as it is.</param>
    /// <param name="seed">Decides everything.</param>
    /// <exception cref="ArgumentException">Nothing can be hidden.</exception>
    public MaskedText Mask(TokenizedText text, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(text);
        var units = Units(text.Ids);
        if (units.Count == 0)
        {
            throw new ArgumentException("The text has special tokens only.", nameof(text));
        }

        var random = new SplitMix64(seed);
        var wanted = units.Count * _ratio;
        var count = (int)Math.Floor(wanted);
        count = Math.Max(1, count + (random.NextDouble() < wanted - count ? 1 : 0));

        // The first steps of a Fisher-Yates shuffle: each set of that many units is as likely.
        var chosen = new List<int>();
        for (var i = 0; i < count; i++)
        {
            var other = i + random.Next(units.Count - i);
            (units[i], units[other]) = (units[other], units[i]);
            chosen.AddRange(Enumerable.Range(units[i].First, units[i].Length));
        }

        chosen.Sort();
        int[] ids = [.. text.Ids];
        foreach (var place in chosen)
        {
            var draw = random.NextDouble();
            ids[place] = draw < ShareMasked ? _mask
                : draw < ShareMasked + ShareReplaced ? _ordinary[random.Next(_ordinary.Length)]
                : ids[place];
        }

        return new MaskedText(text with { Ids = ids }, [.. chosen], [.. chosen.Select(place => text.Ids[place])]);
    }

    private List<(int First, int Length)> Units(int[] ids)
    {
        var units = new List<(int First, int Length)>(ids.Length);
        for (var place = 0; place < ids.Length; place++)
        {
            if (_special[ids[place]])
            {
                continue;
            }

            if (_wholeWords && place > 0 && !_special[ids[place - 1]] && !_beginsWord[ids[place]])
            {
                units[^1] = units[^1] with { Length = units[^1].Length + 1 };
            }
            else
            {
                units.Add((place, 1));
            }
        }

        return units;
    }
}
