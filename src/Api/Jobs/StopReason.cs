namespace FeedbackService.Api.Jobs;

/// <summary>Why a running job was told to stop.</summary>
internal enum StopReason
{
    /// <summary>It was not.</summary>
    None,

    /// <summary>The user cancelled it.</summary>
    Cancel,

    /// <summary>The user paused it.</summary>
    Pause,

    /// <summary>The service stops; the job goes back to its queue.</summary>
    Shutdown,

    /// <summary>A job of higher priority wants the worker; the job goes back to its queue.</summary>
    Yield,

    /// <summary>The lease could not be renewed: somebody else may have the job now.</summary>
    LeaseLost,
}
