using FeedbackService.Api.Jobs.Workers;
using FeedbackService.Model.Faults;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Jobs;

/// <summary>Claims a job, has it done under a kept lease, and writes how it ended.</summary>
internal sealed partial class JobWorker(
    JobClaims claims,
    JobLeases leases,
    JobEnding ending,
    RunningJobs running,
    WorkerIdentity identity,
    WorkerDescription worker,
    QueueActivity activity,
    IOptions<JobOptions> options,
    JobRunMetrics metrics,
    TimeProvider clock,
    ILogger<JobWorker> logger) : IJobEntryPoint
{
    /// <inheritdoc/>
    public async Task RingAsync(string queue, CancellationToken cancellationToken)
    {
        using var answering = activity.Answer(queue);
        // One ring may find several jobs: a ring that is lost costs nothing while somebody is at work.
        while (await ClaimAsync(queue, cancellationToken) is { } lease)
        {
            var outcome = await RunAsync(lease, cancellationToken);
            FaultPoint.Reach(FaultPoints.JobAcknowledged);
            // Hangfire puts an aborted job back into its queue when it sees this.
            cancellationToken.ThrowIfCancellationRequested();
            if (outcome == JobRunOutcome.Requeued)
            {
                // Its bell has been rung; not taken up again at once, lest one that goes wrong goes round in circles here.
                return;
            }
        }
    }

    private async Task<JobLease?> ClaimAsync(string queue, CancellationToken cancellationToken)
    {
        if (activity.IsDraining)
        {
            // Hangfire cancels in a moment, and puts the ring back for another worker.
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }
        return await claims.ClaimAsync(queue, identity.Owner, worker.DeviceKind, cancellationToken);
    }

    private async Task<JobRunOutcome> RunAsync(JobLease lease, CancellationToken shutdown)
    {
        using var run = JobActivities.Run(lease);
        LogStarted(logger, lease.JobId, lease.Epoch);
        var started = clock.GetTimestamp();
        using var working = metrics.Begin(lease);
        using var keeper = new LeaseKeeper(lease, metrics.Counting(leases.Renew), options.Value, clock, shutdown, logger);
        running.Add(lease.JobId, keeper);
        JobRunEnd end;
        try
        {
            end = await ending.RunAsync(lease, keeper);
        }
        finally
        {
            running.Remove(lease.JobId, keeper);
        }
        var elapsed = clock.GetElapsedTime(started);
        metrics.End(lease, end.Outcome, elapsed);
        run.Note(end);
        LogEnded(logger, lease.JobId, lease.Epoch, end.Words, elapsed.TotalSeconds);
        return end.Outcome;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Job {JobId} started, epoch {Epoch}")]
    private static partial void LogStarted(ILogger logger, string jobId, long epoch);

    [LoggerMessage(Level = LogLevel.Information, Message = "Job {JobId}, epoch {Epoch}: {End} after {Seconds:F1} s")]
    private static partial void LogEnded(ILogger logger, string jobId, long epoch, string end, double seconds);
}
