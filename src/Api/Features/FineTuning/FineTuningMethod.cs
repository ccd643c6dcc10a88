namespace FeedbackService.Api.Features.FineTuning;

/// <summary>How to train.</summary>
public sealed record FineTuningMethod
{
    /// <summary>supervised.</summary>
    public string? Type { get; init; }

    /// <summary>Settings of the method of that name.</summary>
    public FineTuningMethodInput? Supervised { get; init; }

    /// <summary>Settings of the method of that name.</summary>
    public FineTuningMethodInput? MaskedLanguageModeling { get; init; }
}
