using Hangfire;
using Hangfire.Common;
using Hangfire.Server;
using Hangfire.States;

namespace FeedbackService.Api.Jobs.Servers;

/// <summary>
/// Starts Hangfire's servers. They are put together here: the ready-made one also looks for delayed and recurring jobs, of which there are none, behind locks
/// in the database that a killed process leaves behind, and does not stop while it waits for one.
/// </summary>
internal class QueueServerFactory(JobStorage storage, JobActivator activator)
{
    /// <summary>How long a job may take to stop before its server ends without it.</summary>
    internal static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(60);

    // A training has the machine's cores or its GPU to itself, and the others share one inference thread anyway.
    private const int WorkersPerQueue = 1;

    private static readonly IJobFilterProvider Filters = JobFilterProviders.Providers;

    /// <summary>Starts one that answers the rings of a queue.</summary>
    public virtual IBackgroundProcessingServer Start(string queue) => Start(
        queue,
        [new Worker([queue], new BackgroundJobPerformer(Filters, activator, TaskScheduler.Default), new BackgroundJobStateChanger(Filters))],
        new Dictionary<string, object> { ["Queues"] = new[] { queue }, ["WorkerCount"] = WorkersPerQueue },
        leaveOutStorage: false);

    /// <summary>Starts one that keeps the tables of rings small; null where they are in memory. Whoever stops it need not wait for its end.</summary>
    public virtual IBackgroundProcessingServer? StartHousekeeping() =>
        storage is RingStorage rings ? Start("housekeeping", rings.Housekeeping, new Dictionary<string, object>(), leaveOutStorage: true) : null;

    private BackgroundProcessingServer Start(string name, IEnumerable<IBackgroundProcess> processes, Dictionary<string, object> properties, bool leaveOutStorage) => new(
        storage,
        processes,
        properties,
        new BackgroundProcessingServerOptions
        {
            ServerName = $"{Environment.MachineName}:{name}",
            ExcludeStorageProcesses = leaveOutStorage,
            ShutdownTimeout = DrainTimeout,
            StopTimeout = TimeSpan.FromSeconds(1),
            CancellationCheckInterval = TimeSpan.FromSeconds(1),
        });
}
