using Hangfire;

namespace FeedbackService.Api.Jobs.Servers;

/// <summary>Starts Hangfire's server for a queue.</summary>
internal class QueueServerFactory(JobStorage storage, JobActivator activator)
{
    /// <summary>How long a job may take to stop before its server ends without it.</summary>
    internal static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Starts one.</summary>
    public virtual BackgroundJobServer Start(string queue) => new(
        new BackgroundJobServerOptions
        {
            ServerName = $"{Environment.MachineName}:{queue}",
            Queues = [queue],
            // A training has the machine's cores or its GPU to itself, and the others share one inference thread anyway.
            WorkerCount = 1,
            Activator = activator,
            ShutdownTimeout = DrainTimeout,
            StopTimeout = TimeSpan.FromSeconds(1),
            CancellationCheckInterval = TimeSpan.FromSeconds(1),
        },
        storage);
}
