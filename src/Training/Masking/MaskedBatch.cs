using FeedbackService.Model.Tokenization;

namespace FeedbackService.Training.Masking;

/// <summary>Texts with hidden tokens, end to end.</summary>
/// <param name="Tokens">N tokens of B texts as the model sees them.</param>
/// <param name="Places">Rows of the tokens to be guessed. Length M.</param>
/// <param name="Truths">What stood there. Length M.</param>
public sealed record MaskedBatch(PackedTokens Tokens, int[] Places, long[] Truths)
{
    /// <summary>Packs texts in the given order.</summary>
    public static MaskedBatch Of(IReadOnlyList<MaskedText> texts)
    {
        var tokens = PackedTokens.Pack([.. texts.Select(text => text.Tokens)]);
        var places = new List<int>();
        var offset = 0;
        foreach (var text in texts)
        {
            places.AddRange(text.Places.Select(place => offset + place));
            offset += text.Tokens.Ids.Length;
        }

        return new MaskedBatch(tokens, [.. places], [.. texts.SelectMany(text => text.Truths).Select(truth => (long)truth)]);
    }
}
