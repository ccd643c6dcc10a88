using FeedbackService.Model.Configuration;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Model.Inference;

/// <summary>Texts to time a classifier with. What their ids say makes no difference to the time, as long as there are such.</summary>
public static class MadeUpTexts
{
    /// <summary>Texts of given lengths, always the same ones.</summary>
    /// <param name="config">Of the classifier: bounds ids and lengths.</param>
    /// <param name="lengths">Tokens of each, 1 or more; cut to the longest text the classifier reads.</param>
    /// <exception cref="ArgumentException">There is no length, or one is less than 1.</exception>
    public static PackedTokens Pack(ClassifierConfig config, IReadOnlyList<int> lengths)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(lengths);
        int[] Ids(int length, int text) => [.. Enumerable.Range(0, length).Select(token => ((31 * text) + (17 * token)) % config.Encoder.TokenIds)];
        return PackedTokens.Pack([.. lengths.Select((wanted, text) => Math.Min(wanted, config.MaxTokens)).Select((length, text) => new TokenizedText(Ids(length, text), null, length))]);
    }
}
