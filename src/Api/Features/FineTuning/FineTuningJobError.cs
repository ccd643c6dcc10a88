namespace FeedbackService.Api.Features.FineTuning;

/// <summary>Why a job failed.</summary>
/// <param name="Code">Stable, snake_case.</param>
/// <param name="Message">What went wrong and what to do.</param>
/// <param name="Param">Field of the request it is about.</param>
public sealed record FineTuningJobError(string Code, string Message, string? Param);
