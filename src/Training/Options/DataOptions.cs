using FeedbackService.Model.Configuration;
using FeedbackService.Training.Presets;

namespace FeedbackService.Training.Options;

/// <summary>What is read and how it is cut.</summary>
public sealed record DataOptions
{
    /// <summary>Longest text in tokens.</summary>
    [TrainingOption("Longest text in tokens, special tokens included; longer ones are cut and counted in the report.", Minimum = 4, Maximum = 8192, ShapesModel = true)]
    public int MaxTokens { get; init; } = 256;

    /// <summary>Share of the training file held out for validation.</summary>
    [TrainingOption("Share of the training file held out for validation, per label; ignored with a validation file. 0: no validation, no early stop.", Minimum = 0, Maximum = 0.5, Auto = nameof(AutoRules.ValidationSplit))]
    public double ValidationSplit { get; init; } = 0.1;

    /// <summary>One label per text, or several.</summary>
    [TrainingOption("One label per text, or any number of them.", Auto = nameof(AutoRules.Head), ShapesModel = true)]
    public HeadKind Head { get; init; } = HeadKind.SingleLabel;

    /// <summary>Number of word pieces learned from the training part.</summary>
    [TrainingOption("Number of word pieces learned from the training part.", Minimum = 300, Maximum = 200_000, Encoders = EncoderFamilies.Transformer, ShapesModel = true, SearchLow = 4000, SearchHigh = 32_000, SearchLogarithmic = true)]
    public int VocabularySize { get; init; } = 8000;

    /// <summary>Lower-case texts and strip accents before cutting them into word pieces.</summary>
    [TrainingOption("Lower-case texts and strip accents.", Encoders = EncoderFamilies.Transformer, ShapesModel = true)]
    public bool Lowercase { get; init; } = true;
}
