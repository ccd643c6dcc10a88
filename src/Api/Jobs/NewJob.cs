using FeedbackService.Api.Events;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;

namespace FeedbackService.Api.Jobs;

/// <summary>A job to be accepted.</summary>
/// <param name="Id">From <see cref="Storage.Ids"/>, by kind.</param>
/// <param name="Kind">What is to be done.</param>
/// <param name="SpecJson">What was asked, effective values included.</param>
internal sealed record NewJob(string Id, JobKind Kind, string SpecJson)
{
    /// <summary>Registered model the result will belong to, or that is used; null if neither.</summary>
    public string? ModelName { get; init; }

    /// <summary>Resolved addresses of versions and checkpoints the job reads: none of them is deleted before it has ended. Default none.</summary>
    public IReadOnlyList<string> Reads { get; init; } = [];

    /// <summary>Priority and device. Default 0 and any.</summary>
    public JobWishes Wishes { get; init; }

    /// <summary>Lines the job's log begins with, after that of its acceptance.</summary>
    public IReadOnlyList<JobEvent> Warnings { get; init; } = [];

    /// <summary>String pairs of the caller.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>API key of the caller; null on an open service.</summary>
    public string? CreatedByKeyId { get; init; }

    /// <summary>Idempotency-Key of the request; null if none was sent.</summary>
    public IdempotencyClaim? Idempotency { get; init; }
}
