namespace FeedbackService.Api.Jobs;

/// <summary>How a worker's run of a job ended.</summary>
internal enum JobRunOutcome
{
    /// <summary>Its result is published.</summary>
    Succeeded,

    /// <summary>It ended with an error.</summary>
    Failed,

    /// <summary>It was stopped by request.</summary>
    Cancelled,

    /// <summary>It was put aside by request.</summary>
    Paused,

    /// <summary>It went back to its queue: the service stops, or the process that did the work died.</summary>
    Requeued,

    /// <summary>It is another worker's now.</summary>
    LeaseLost,
}
