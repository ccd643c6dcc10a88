using System.Text.Json;
using FeedbackService.Api.Errors;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FeedbackService.Api.Features.Classify;

/// <summary>Gives an asynchronous classification as it stands.</summary>
internal static class GetClassification
{
    /// <summary>GET /v1/classifications/{id}.</summary>
    public static async Task<Ok<StoredClassification>> HandleAsync(string id, JobStore jobs, CancellationToken cancellationToken)
    {
        var job = await jobs.FindAsync(id, JobKind.Classify, cancellationToken)
            ?? throw ServiceException.NotFound("classification_not_found", "There is no such classification; answers are kept for 24 hours.", "id");
        using var result = job.State == JobState.Succeeded ? JsonDocument.Parse(job.ResultJson!) : null;
        return TypedResults.Ok(new StoredClassification
        {
            Id = job.Id,
            Status = job.State switch
            {
                JobState.Succeeded => "succeeded",
                JobState.Failed or JobState.Cancelled => "failed",
                JobState.Running => "running",
                _ => "queued",
            },
            Model = job.ModelName ?? "",
            CreatedAt = Timestamps.ToUnixSeconds(job.CreatedAt),
            Data = result?.RootElement.GetProperty("data").Clone(),
            Usage = result?.RootElement.GetProperty("usage").Clone(),
            Error = job.ErrorCode is null ? null : new StoredClassificationError(job.ErrorCode, job.ErrorMessage ?? ""),
        });
    }
}
