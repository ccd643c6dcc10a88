namespace FeedbackService.Training.Options;

/// <summary>What a training does with its texts; on the wire in snake case.</summary>
[Flags]
public enum TrainingMethods
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Learns the labels of texts.</summary>
    Supervised = 1,

    /// <summary>Learns to guess hidden tokens of texts, labels or not: pre-training of an encoder.</summary>
    MaskedLanguageModeling = 2,

    /// <summary>Every one.</summary>
    All = Supervised | MaskedLanguageModeling,
}
