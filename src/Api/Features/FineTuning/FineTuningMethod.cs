namespace FeedbackService.Api.Features.FineTuning;

/// <summary>How to train.</summary>
public sealed record FineTuningMethod
{
    /// <summary><c>supervised</c> learns the labels of texts; <c>masked_language_modeling</c> pre-trains an encoder on texts, labels or not.</summary>
    public string? Type { get; init; }

    /// <summary>Settings of the method of that name.</summary>
    public FineTuningMethodInput? Supervised { get; init; }

    /// <summary>Settings of the method of that name.</summary>
    public FineTuningMethodInput? MaskedLanguageModeling { get; init; }
}
