using FeedbackService.Api.Storage.Entities;

namespace FeedbackService.Api.Jobs;

/// <summary>The right to write to a job. Every write carries owner and epoch; after the next claim it changes nothing any more.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Owner">Worker that claimed it.</param>
/// <param name="Epoch">Fencing token.</param>
/// <param name="Job">The row as it was at the claim.</param>
internal sealed record JobLease(string JobId, string Owner, long Epoch, JobRow Job)
{
    /// <summary>Timestamp of the clock from before the claim: the lease cannot be younger. Null: it was claimed just now.</summary>
    public long? AskedAt { get; init; }
}
