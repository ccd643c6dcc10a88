namespace FeedbackService.Api.Jobs.Workers;

/// <summary>How a worker is, as far as is known.</summary>
internal enum WorkerStatus
{
    /// <summary>It takes jobs.</summary>
    Alive,

    /// <summary>It finishes what it has and takes nothing more.</summary>
    Draining,

    /// <summary>It was not heard of for three heartbeats.</summary>
    Lost,
}
