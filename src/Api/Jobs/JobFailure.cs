namespace FeedbackService.Api.Jobs;

/// <summary>Why a job failed, as users read it.</summary>
/// <param name="Code">Stable, snake_case.</param>
/// <param name="Message">What went wrong and what to do. No internals.</param>
/// <param name="Param">Field of the request it is about; null if none.</param>
internal sealed record JobFailure(string Code, string Message, string? Param = null);
