using System.Diagnostics;
using FeedbackService.Api.Errors;
using FeedbackService.Api.Storage;
using FeedbackService.Model.Faults;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Jobs;

/// <summary>Has the body of a job run, and writes what became of it: every way in which that ends has its own end of the row.</summary>
internal sealed partial class JobEnding(
    JobLeases leases, IServiceProvider services, IOptions<JobOptions> options, TimeProvider clock, ILogger<JobEnding> logger)
{
    /// <summary>Has the job done and writes its end. Ends are written without a token: a stopping service must still say what became of the job.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="keeper">Keeps it, and says when and why the job shall stop.</param>
    public async Task<JobRunEnd> RunAsync(JobLease lease, LeaseKeeper keeper)
    {
        // Cancelled while it waited for somebody to keep what an earlier claim had made of it.
        if (lease.Job.CancelRequested)
        {
            return await EndStoppedAsync(lease, StopReason.Cancel);
        }
        try
        {
            var outcome = await Runner(lease).RunAsync(lease, keeper.Stopping);
            var published = await leases.SucceedAsync(lease, outcome, CancellationToken.None);
            FaultPoint.Reach(FaultPoints.PublishCommitted);
            return published ? new(JobRunOutcome.Succeeded, "succeeded") : await EndUnwantedAsync(lease);
        }
        catch (OperationCanceledException) when (keeper.Reason != StopReason.None)
        {
            return await EndStoppedAsync(lease, keeper.Reason);
        }
        catch (LeaseLostException)
        {
            return await EndUnwantedAsync(lease);
        }
        catch (JobFailedException failed)
        {
            return await FailAsync(lease, failed.Failure);
        }
        catch (ServiceException refused)
        {
            return await FailAsync(lease, new JobFailure(refused.Code, refused.Message, refused.Param));
        }
        catch (WorkerLostException lost)
        {
            return await leases.RetryAsync(lease, $"{lost.Message} The job is queued again.", CancellationToken.None)
                ? new(JobRunOutcome.Requeued, "queued again")
                : await FailAsync(lease, new JobFailure("worker_lost", $"{lost.Message} It was tried {lease.Job.Attempts} times."));
        }
        catch (Exception fault) when (DatabaseFaults.IsTransient(fault))
        {
            // Nothing is wrong with the job: whoever can reach the database goes on with it.
            LogDatabaseAway(logger, fault, lease.JobId);
            return await leases.ReleaseAsync(lease, "The database did not answer; the job is queued again.", CancellationToken.None)
                ? new(JobRunOutcome.Requeued, "queued again (database)")
                : await EndUnwantedAsync(lease);
        }
        catch (Exception fault) when (Outage.IsOfStore(fault))
        {
            LogStoreAway(logger, fault, lease.JobId);
            await PauseAsync(keeper);
            if (keeper.Reason != StopReason.None)
            {
                return await EndStoppedAsync(lease, keeper.Reason);
            }
            return await leases.ReleaseAsync(lease, "The store of artifacts and files did not answer; the job is queued again.", CancellationToken.None)
                ? new(JobRunOutcome.Requeued, "queued again (store)")
                : await EndUnwantedAsync(lease);
        }
        catch (Exception fault) when (DiskSpace.IsExhausted(fault) || DatabaseFaults.IsDiskFull(fault))
        {
            return await FailAsync(lease, new JobFailure("disk_full", "The disk of the service is full. Free some space, then create the job again."));
        }
        catch (Exception fault)
        {
            // The edge of the job: users get a code, the operator gets the exception.
            LogFault(logger, fault, lease.JobId);
            return await FailAsync(
                lease, new JobFailure("internal_error", $"The job ended by an error of the service. Its log has the details under {lease.JobId}."));
        }
    }

    // Kept meanwhile, lest it go round in circles for as long as the store is away.
    private async Task PauseAsync(LeaseKeeper keeper)
    {
        try
        {
            await Task.Delay(options.Value.RedispatchAfter, clock, keeper.Stopping);
        }
        catch (OperationCanceledException)
        {
            // The service stops or somebody wants the job to: it goes back at once.
        }
    }

    private IJobRunner Runner(JobLease lease) => services.GetRequiredKeyedService<IJobRunner>(lease.Job.Kind);

    private async Task<JobRunEnd> EndStoppedAsync(JobLease lease, StopReason reason)
    {
        if (reason == StopReason.Cancel)
        {
            await SalvageAsync(lease);
        }
        var (written, outcome) = reason switch
        {
            StopReason.Cancel => (await leases.CancelAsync(lease, CancellationToken.None), JobRunOutcome.Cancelled),
            StopReason.Pause => (await leases.PauseAsync(lease, CancellationToken.None), JobRunOutcome.Paused),
            StopReason.Shutdown => (await leases.ReleaseAsync(lease, "The service stops; the job is queued again.", CancellationToken.None), JobRunOutcome.Requeued),
            StopReason.Yield => (
                await leases.ReleaseAsync(lease, "Gave way to a job of higher priority; queued again.", CancellationToken.None), JobRunOutcome.Requeued),
            StopReason.LeaseLost => (false, JobRunOutcome.LeaseLost),
            _ => throw new UnreachableException($"Stopped for {reason}."),
        };
        if (reason == StopReason.Shutdown)
        {
            FaultPoint.Reach(FaultPoints.DrainReleased);
        }
        return written ? new(outcome, $"stopped ({reason})") : await EndUnwantedAsync(lease);
    }

    private async Task<JobRunEnd> FailAsync(JobLease lease, JobFailure failure)
    {
        await SalvageAsync(lease);
        return await leases.FailAsync(lease, failure, CancellationToken.None) ? new(JobRunOutcome.Failed, $"failed ({failure.Code})") : await EndUnwantedAsync(lease);
    }

    private async Task SalvageAsync(JobLease lease)
    {
        try
        {
            await Runner(lease).SalvageAsync(lease);
        }
        catch (Exception fault)
        {
            // The edge of the job: it must end all the same.
            LogNotSalvaged(logger, fault, lease.JobId);
        }
    }

    // Refused by the fence: either cancellation came first, which is written now, or the lease is another's.
    private async Task<JobRunEnd> EndUnwantedAsync(JobLease lease) =>
        await leases.CancelAsync(lease, CancellationToken.None) ? new(JobRunOutcome.Cancelled, "cancelled") : new(JobRunOutcome.LeaseLost, "lease lost");

    [LoggerMessage(Level = LogLevel.Error, Message = "What job {JobId} had made before it ended could not be kept")]
    private static partial void LogNotSalvaged(ILogger logger, Exception fault, string jobId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {JobId} stopped, because the database did not answer")]
    private static partial void LogDatabaseAway(ILogger logger, Exception fault, string jobId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {JobId} stopped, because the store of artifacts and files did not answer")]
    private static partial void LogStoreAway(ILogger logger, Exception fault, string jobId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Job {JobId} ended by an exception")]
    private static partial void LogFault(ILogger logger, Exception fault, string jobId);
}
