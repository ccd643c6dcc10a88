namespace FeedbackService.Api.Jobs;

/// <summary>What a renewal of a lease has found.</summary>
internal enum LeaseSignal
{
    /// <summary>Still held, nothing asked.</summary>
    Held,

    /// <summary>Held; the user wants the job cancelled.</summary>
    CancelRequested,

    /// <summary>Held; the user wants the job paused.</summary>
    PauseRequested,

    /// <summary>Held; a job of higher priority wants the worker.</summary>
    YieldRequested,

    /// <summary>Another claim was made or the job has ended: stop and write nothing.</summary>
    Lost,
}
