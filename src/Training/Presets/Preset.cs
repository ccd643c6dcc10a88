using FeedbackService.Training.Options;

namespace FeedbackService.Training.Presets;

/// <summary>A recommended starting point for trainings: an encoder family with decided options.</summary>
public sealed record Preset
{
    private const double PretrainedLearningRate = 1e-4;

    /// <summary>Id on the wire; reserved, no model may take it.</summary>
    public required string Id { get; init; }

    /// <summary>What it is good for, in one or two sentences.</summary>
    public required string Description { get; init; }

    /// <summary>The one encoder family it trains.</summary>
    public required EncoderFamilies Encoder { get; init; }

    /// <summary>Languages it is meant for, as BCP 47 tags; <c>mul</c> for any.</summary>
    public required IReadOnlyList<string> Languages { get; init; }

    /// <summary>What the preset decides; the rest follows from rules and defaults, and a request overrides both.</summary>
    public required OptionSet Defaults { get; init; }

    /// <summary>What a request may not change, because a registered base model has it already. Empty for presets.</summary>
    public OptionSet Fixed { get; init; } = OptionSet.Empty;

    /// <summary>Most tokens that a text may have, because a registered base model has no positions for more; null without such a bound.</summary>
    public int? MostTokens { get; init; }

    /// <summary>Why no training can go on from a registered base model, a sentence that says what to do; null where one can.</summary>
    public string? Refusal { get; init; }

    /// <summary>What it can be trained to. Default supervised alone.</summary>
    public TrainingMethods Methods { get; init; } = TrainingMethods.Supervised;

    /// <summary>It needs no pre-trained weights.</summary>
    public bool TrainableFromScratch { get; init; } = true;

    /// <summary>What is decided for a method: pre-training goes on from weights at the peak rate of BERT's at most (Devlin et al. 2019, appendix A.2), not at that of a start from nothing.</summary>
    public OptionSet DefaultsOf(TrainingMethods method) =>
        method == TrainingMethods.MaskedLanguageModeling && !TrainableFromScratch && (!Defaults.TryGet(OptionCatalog.Find("learning_rate")!, out var rate) || (double)rate > PretrainedLearningRate)
            ? Defaults.With(o => o.Schedule.LearningRate, PretrainedLearningRate)
            : Defaults;
}
