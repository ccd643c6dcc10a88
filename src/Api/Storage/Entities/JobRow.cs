namespace FeedbackService.Api.Storage.Entities;

/// <summary>A unit of background work of any kind. The row is the truth; Hangfire only rings.</summary>
public sealed class JobRow : ICreatedByKey
{
    /// <summary><c>ftjob-…</c>, <c>eval_…</c>, <c>cls_…</c> or <c>batch_…</c>.</summary>
    public string Id { get; set; } = "";

    /// <summary>What is to be done.</summary>
    public JobKind Kind { get; set; }

    /// <summary>Name of the Hangfire queue that rings for it.</summary>
    public string Queue { get; set; } = "";

    /// <summary>Where it stands. Terminal states never change.</summary>
    public JobState State { get; set; }

    /// <summary>Higher runs first. Default 0.</summary>
    public int Priority { get; set; }

    /// <summary>What was asked, effective values included. Never changes after creation.</summary>
    public string SpecJson { get; set; } = "{}";

    /// <summary>Registered model the result will belong to, or that is used; null if neither.</summary>
    public string? ModelName { get; set; }

    /// <summary>Address of the version a succeeded training made, <c>name:version</c>; null otherwise.</summary>
    public string? ResultModel { get; set; }

    /// <summary>Report or answer of a finished job.</summary>
    public string? ResultJson { get; set; }

    /// <summary>Newest progress record of a running job.</summary>
    public string? ProgressJson { get; set; }

    /// <summary>Up to 16 string pairs of the caller.</summary>
    public string MetadataJson { get; set; } = "{}";

    /// <summary>Stable code of the failure.</summary>
    public string? ErrorCode { get; set; }

    /// <summary>What went wrong and what to do.</summary>
    public string? ErrorMessage { get; set; }

    /// <summary>Field of the request the failure is about.</summary>
    public string? ErrorParam { get; set; }

    /// <summary>Claims so far; counted at the claim, so that a job that kills its worker is parked too.</summary>
    public int Attempts { get; set; }

    /// <summary>Claims allowed.</summary>
    public int MaxAttempts { get; set; } = 3;

    /// <summary>Worker that holds the lease.</summary>
    public string? LeaseOwner { get; set; }

    /// <summary>Fencing token: grows with every claim. Later writes must carry the newest.</summary>
    public long LeaseEpoch { get; set; }

    /// <summary>End of the lease, UTC microseconds.</summary>
    public long? LeaseUntil { get; set; }

    /// <summary>The holder of the lease is asked to stop and cancel.</summary>
    public bool CancelRequested { get; set; }

    /// <summary>When cancellation was requested, UTC microseconds; null unless it was.</summary>
    public long? CancelRequestedAt { get; set; }

    /// <summary>The holder of the lease is asked to stop at a checkpoint and wait.</summary>
    public bool PauseRequested { get; set; }

    /// <summary>The holder of the lease is asked to stop at a checkpoint and make room for a job of higher priority.</summary>
    public bool YieldRequested { get; set; }

    /// <summary>What a worker must have: <c>cuda</c> or <c>cpu</c>; null: any will do.</summary>
    public string? Device { get; set; }

    /// <summary>The newest write under a lease. A write whose answer was lost is repeated under the same name and then found done.</summary>
    public string? LastWrite { get; set; }

    /// <summary>What the job goes on from after a crash or a pause, relative to the data folder.</summary>
    public string? LastCheckpoint { get; set; }

    /// <summary>When Hangfire was last rung for it; null = not yet (the outbox).</summary>
    public long? DispatchedAt { get; set; }

    /// <summary>First claim, UTC microseconds.</summary>
    public long? StartedAt { get; set; }

    /// <summary>Terminal since, UTC microseconds.</summary>
    public long? FinishedAt { get; set; }

    /// <summary>Last write, UTC microseconds.</summary>
    public long UpdatedAt { get; set; }

    /// <summary>When it was made, UTC microseconds since 1970.</summary>
    public long CreatedAt { get; set; }

    /// <summary>The request that made it, as a W3C <c>traceparent</c>: its runs belong to that trace. Null if no request did.</summary>
    public string? Traceparent { get; set; }

    /// <summary>API key that made it; null on an open service.</summary>
    public string? CreatedByKeyId { get; set; }
}
