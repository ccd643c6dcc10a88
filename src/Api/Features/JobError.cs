using FeedbackService.Api.Storage.Entities;

namespace FeedbackService.Api.Features;

/// <summary>Why a job failed: a fine-tuning job, an evaluation or an import.</summary>
/// <param name="Code">Stable, snake_case.</param>
/// <param name="Message">What went wrong and what to do.</param>
/// <param name="Param">Field of the request it is about.</param>
public sealed record JobError(string Code, string Message, string? Param)
{
    /// <summary>That of a job; null when it did not fail.</summary>
    internal static JobError? From(JobRow row) => row.ErrorCode is null ? null : new JobError(row.ErrorCode, row.ErrorMessage ?? string.Empty, row.ErrorParam);
}
