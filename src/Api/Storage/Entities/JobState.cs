namespace FeedbackService.Api.Storage.Entities;

/// <summary>Where a job stands.</summary>
public enum JobState
{
    /// <summary>Waits for a worker.</summary>
    Queued,

    /// <summary>A worker holds its lease.</summary>
    Running,

    /// <summary>Stopped at a checkpoint until resumed.</summary>
    Paused,

    /// <summary>Done; the result is published.</summary>
    Succeeded,

    /// <summary>Ended with an error.</summary>
    Failed,

    /// <summary>Stopped by request.</summary>
    Cancelled,
}
