namespace FeedbackService.Api.Hosting;

/// <summary>What a process of the service does.</summary>
public enum ServiceRole
{
    /// <summary>Answers requests and works on jobs: nothing else needs to be started.</summary>
    All,

    /// <summary>Answers requests only; jobs wait for workers.</summary>
    Api,

    /// <summary>Works on jobs only; of the routes it has health and metrics.</summary>
    Worker,

    /// <summary>Runs one training as the child of a worker. Internal.</summary>
    Trainer,
}
