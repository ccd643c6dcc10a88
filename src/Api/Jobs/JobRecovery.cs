using FeedbackService.Api.Events;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Jobs;

/// <summary>Takes jobs away from workers that are gone: back to the queue, or to an end when that was asked for or attempts are used up.</summary>
internal sealed class JobRecovery(IDbContextFactory<AppDbContext> contexts, JobBell bell, TimeProvider clock)
{
    /// <summary>Recovers jobs whose lease has run out.</summary>
    /// <returns>How many.</returns>
    public Task<int> RecoverExpiredAsync(CancellationToken cancellationToken) => RecoverAsync("lease_until < {0}", "", cancellationToken);

    /// <summary>
    /// Recovers jobs of every other worker at once. Right only for a process that has the data folder to itself: then
    /// every other worker has ended, and the bells it had rung for waiting jobs went with its memory.
    /// </summary>
    /// <returns>How many were recovered.</returns>
    public async Task<int> RecoverFromOthersAsync(string owner, CancellationToken cancellationToken)
    {
        await using (var db = await contexts.CreateDbContextAsync(cancellationToken))
        {
            await db.Jobs.Where(row => row.State == JobState.Queued)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.DispatchedAt, (long?)null), cancellationToken);
        }
        return await RecoverAsync("lease_owner <> {1}", owner, cancellationToken);
    }

    private async Task<int> RecoverAsync(string lost, string owner, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var now = await db.NowAsync(clock, cancellationToken);
        // Taken, not only read: no holder renews a row that is being recovered, and no other process recovers it too.
        var taking = "SELECT * FROM jobs WHERE state = 'Running' AND " + lost + " " + db.TakeRows;
        var jobs = await db.Jobs.FromSqlRaw(taking, now, owner).ToListAsync(cancellationToken);
        foreach (var job in jobs)
        {
            Recover(db, job, now);
        }
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (jobs.Any(job => job.State == JobState.Queued))
        {
            bell.Ring();
        }
        return jobs.Count;
    }

    // Tracked changes are safe here: the rows were taken when they were read.
    private static void Recover(AppDbContext db, JobRow job, long now)
    {
        (job.State, var line) = job switch
        {
            // A worker keeps what it has answered, then ends it.
            { Kind: JobKind.Batch, CancelRequested: true } when job.Attempts < job.MaxAttempts => (
                JobState.Queued, JobEvent.Status("The worker was lost; queued again to be cancelled.", "warn")),
            { CancelRequested: true } => (JobState.Cancelled, JobEvent.Status("Job cancelled.")),
            { PauseRequested: true } => (JobState.Paused, JobEvent.Status("Job paused.")),
            _ when job.Attempts >= job.MaxAttempts => (
                JobState.Failed, JobEvent.Status($"Job failed (worker_lost): its worker was lost {job.Attempts} times.", "error")),
            _ => (JobState.Queued, JobEvent.Status("The worker was lost; job queued again.", "warn")),
        };
        if (job.State == JobState.Failed)
        {
            job.ErrorCode = "worker_lost";
            job.ErrorMessage =
                $"The worker running this job ended unexpectedly {job.Attempts} times. Check the service's memory and log, then create the job again.";
        }
        if (job.State is JobState.Failed or JobState.Cancelled)
        {
            job.FinishedAt = now;
        }
        job.LeaseOwner = null;
        job.LeaseUntil = null;
        job.PauseRequested = false;
        job.YieldRequested = false;
        job.DispatchedAt = null;
        job.UpdatedAt = now;
        JobEventLog.Append(db, job.Id, line, now);
    }
}
