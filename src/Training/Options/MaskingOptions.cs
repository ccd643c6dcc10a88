using FeedbackService.Training.Presets;

namespace FeedbackService.Training.Options;

/// <summary>What is hidden from an encoder in pre-training.</summary>
public sealed record MaskingOptions
{
    /// <summary>Share of a text's tokens that are to be guessed.</summary>
    [TrainingOption("Share of a text's tokens, special ones aside, that are to be guessed at each step, at least one per text: 80 % of them are hidden, 10 % replaced by any other token, and 10 % left as they are. Others are drawn in every epoch.", Minimum = 0, Maximum = 1, ExclusiveMinimum = true, ExclusiveMaximum = true, Encoders = EncoderFamilies.Transformer, Methods = TrainingMethods.MaskedLanguageModeling, SearchLow = 0.1, SearchHigh = 0.4)]
    public double MaskRatio { get; init; } = 0.15;

    /// <summary>Hide words, not pieces of words.</summary>
    [TrainingOption("Choose words and not word pieces: all pieces of a chosen word are to be guessed, so that none gives the others away.", Encoders = EncoderFamilies.Transformer, Methods = TrainingMethods.MaskedLanguageModeling)]
    public bool WholeWordMasking { get; init; }
}
