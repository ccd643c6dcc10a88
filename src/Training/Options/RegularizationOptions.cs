using FeedbackService.Training.Presets;

namespace FeedbackService.Training.Options;

/// <summary>What keeps the model from learning by heart.</summary>
public sealed record RegularizationOptions
{
    /// <summary>Dropout inside the encoder.</summary>
    [TrainingOption("Share of features dropped inside the encoder.", Minimum = 0, Maximum = 1, ExclusiveMaximum = true, SearchLow = 0, SearchHigh = 0.5)]
    public double Dropout { get; init; } = 0.1;

    /// <summary>Dropout on the pooled vector.</summary>
    [TrainingOption("Share of features of the pooled text vector dropped before the head.", Minimum = 0, Maximum = 1, ExclusiveMaximum = true, SearchLow = 0, SearchHigh = 0.5, Methods = TrainingMethods.Supervised)]
    public double HeadDropout { get; init; } = 0.1;

    /// <summary>Share of a text's n-grams left out at each step.</summary>
    [TrainingOption("Share of a text's n-grams or word pieces left out at each step.", Minimum = 0, Maximum = 1, ExclusiveMaximum = true, Encoders = EncoderFamilies.Mlp, Auto = nameof(AutoRules.NgramDropout), SearchLow = 0, SearchHigh = 0.6)]
    public double NgramDropout { get; init; }

    /// <summary>Probability mass spread evenly over all labels.</summary>
    [TrainingOption("Probability mass of the target spread evenly over all labels.", Minimum = 0, Maximum = 1, ExclusiveMaximum = true, SearchLow = 0, SearchHigh = 0.2, Methods = TrainingMethods.Supervised)]
    public double LabelSmoothing { get; init; }

    /// <summary>Weight of each label in the loss.</summary>
    [TrainingOption("Weight of each label in the loss: none, balanced (inverse to its frequency), or an object of label and weight; labels left out weigh 1.", Methods = TrainingMethods.Supervised)]
    public ClassWeights ClassWeights { get; init; } = ClassWeights.None;
}
