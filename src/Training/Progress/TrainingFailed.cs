namespace FeedbackService.Training.Progress;

/// <summary>The training cannot go on.</summary>
/// <param name="Code">Stable code.</param>
/// <param name="Message">What is wrong and what to do.</param>
/// <param name="Param">Part of the request that is to blame; null when none is.</param>
public sealed record TrainingFailed(string Code, string Message, string? Param = null) : TrainingProgress;
