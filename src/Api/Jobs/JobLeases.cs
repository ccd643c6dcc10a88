using System.Linq.Expressions;
using FeedbackService.Api.Events;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Jobs;

/// <summary>
/// What workers do to jobs. A claim gives a lease with a fencing epoch; every later write names owner, epoch and the state Running in
/// its WHERE, so a holder that was declared dead and comes back changes nothing.
/// </summary>
internal sealed class JobLeases(IDbContextFactory<AppDbContext> contexts, JobBell bell, TimeProvider clock, IOptions<JobOptions> options)
{
    private static readonly TimeSpan RenewalTimeout = TimeSpan.FromSeconds(5);

    // One statement, so two claimers cannot both get the row: SQLite has one writer at a time.
    private const string ClaimStatement = """
        UPDATE jobs
           SET state = 'Running', lease_owner = {0}, lease_epoch = lease_epoch + 1, lease_until = {1}, attempts = attempts + 1,
               started_at = COALESCE(started_at, {2}), updated_at = {2}
         WHERE state = 'Queued' AND id = (
               SELECT id FROM jobs WHERE state = 'Queued' AND queue = {3}
                ORDER BY priority DESC, created_at, id LIMIT 1)
        RETURNING *
        """;

    /// <summary>Takes the best waiting job of a queue: highest priority, then oldest. Null when none waits.</summary>
    public async Task<JobLease?> ClaimAsync(string queue, string owner, CancellationToken cancellationToken)
    {
        var now = clock.NowMicroseconds();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var claimed = await db.Jobs
            .FromSqlRaw(ClaimStatement, owner, now + options.Value.LeaseDuration.ToMicroseconds(), now, queue)
            .AsNoTracking().ToListAsync(cancellationToken);
        if (claimed is not [var job])
        {
            return null;
        }
        JobEventLog.Append(db, job.Id, JobEvent.Status(job.Attempts == 1 ? "Job started." : $"Job started again (attempt {job.Attempts})."), now);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new JobLease(job.Id, owner, job.LeaseEpoch, job);
    }

    /// <summary>Whether a job waits in the queue.</summary>
    public async Task<bool> AnyWaitingAsync(string queue, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Jobs.AnyAsync(row => row.State == JobState.Queued && row.Queue == queue, cancellationToken);
    }

    /// <summary>Extends the lease. Synchronous, because it runs on a thread of its own that must not depend on the thread pool.</summary>
    public LeaseSignal Renew(JobLease lease)
    {
        var now = clock.NowMicroseconds();
        var until = now + options.Value.LeaseDuration.ToMicroseconds();
        using var db = contexts.CreateDbContext();
        db.Database.SetCommandTimeout(RenewalTimeout);
        if (db.Jobs.Where(Held(lease)).ExecuteUpdate(set => set.SetProperty(row => row.LeaseUntil, until)) == 0)
        {
            return LeaseSignal.Lost;
        }
        var asked = db.Jobs.Where(row => row.Id == lease.JobId).Select(row => new { row.CancelRequested, row.PauseRequested }).Single();
        return asked.CancelRequested ? LeaseSignal.CancelRequested
            : asked.PauseRequested ? LeaseSignal.PauseRequested
            : LeaseSignal.Held;
    }

    /// <summary>Writes progress, series and log lines of a running job, all or none.</summary>
    /// <returns>False when the lease is lost; then nothing was written.</returns>
    /// <exception cref="Errors.ServiceException">404 when a model it begins to read was deleted meanwhile.</exception>
    public Task<bool> ReportAsync(JobLease lease, JobReport report, CancellationToken cancellationToken) => WriteAsync(
        lease,
        set =>
        {
            if (report.ProgressJson is not null)
            {
                set.SetProperty(row => row.ProgressJson, report.ProgressJson);
            }
            if (report.IsProgress)
            {
                set.SetProperty(row => row.Attempts, 1);
            }
        },
        async (db, now) =>
        {
            await ModelReads.AddAsync(db, lease.JobId, report.Reads, cancellationToken);
            foreach (var point in report.Metrics)
            {
                db.JobMetrics.Add(new JobMetricRow
                {
                    JobId = lease.JobId,
                    Step = point.Step,
                    Kind = point.Kind,
                    ValuesJson = point.ValuesJson,
                    CreatedAt = now,
                });
            }
            foreach (var line in report.Events)
            {
                JobEventLog.Append(db, lease.JobId, line, now);
            }
        },
        cancellationToken);

    /// <summary>Names a published checkpoint as the one to go on from. Progress was made, so the count of attempts starts anew.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="checkpoint">The checkpoint as a model.</param>
    /// <param name="resume">Folder the job goes on from, relative to the data folder.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    /// <returns>False when the lease is lost; then nothing was written.</returns>
    public Task<bool> SaveCheckpointAsync(JobLease lease, CheckpointRow checkpoint, string resume, CancellationToken cancellationToken) => WriteAsync(
        lease,
        set => set.SetProperty(row => row.LastCheckpoint, resume),
        async (db, now) =>
        {
            // A step that is repeated after a crash has been published before: the row stays, and it is no progress.
            if (!await db.Checkpoints.AnyAsync(row => row.JobId == checkpoint.JobId && row.Step == checkpoint.Step, cancellationToken))
            {
                checkpoint.CreatedAt = now;
                db.Checkpoints.Add(checkpoint);
                await db.Jobs.Where(Held(lease)).ExecuteUpdateAsync(set => set.SetProperty(row => row.Attempts, 1), cancellationToken);
                JobEventLog.Append(db, lease.JobId, JobEvent.Info($"Checkpoint at step {checkpoint.Step} saved."), now);
            }
        },
        cancellationToken);

    /// <summary>Ends the job as succeeded and publishes what it made, in one transaction.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="outcome">Result and what else to insert.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    /// <returns>False when the lease is lost or cancellation was requested; then nothing was published.</returns>
    public Task<bool> SucceedAsync(JobLease lease, JobOutcome outcome, CancellationToken cancellationToken) =>
        EndAsync(
            lease,
            row => !row.CancelRequested,
            JobState.Succeeded,
            set => set.SetProperty(row => row.ResultJson, outcome.ResultJson),
            async (db, now) =>
            {
                var line = outcome.Publish is null ? "Job succeeded." : await outcome.Publish(db, now, cancellationToken);
                JobEventLog.Append(db, lease.JobId, JobEvent.Status(line), now);
            },
            cancellationToken);

    /// <summary>Ends the job as failed.</summary>
    /// <returns>False when the lease is lost or cancellation was requested.</returns>
    public Task<bool> FailAsync(JobLease lease, JobFailure failure, CancellationToken cancellationToken) => EndAsync(
        lease,
        row => !row.CancelRequested,
        JobState.Failed,
        set => set.SetProperty(row => row.ErrorCode, failure.Code).SetProperty(row => row.ErrorMessage, failure.Message)
            .SetProperty(row => row.ErrorParam, failure.Param),
        (db, now) => Log(db, lease, JobEvent.Status($"Job failed ({failure.Code}): {failure.Message}", "error"), now),
        cancellationToken);

    /// <summary>Ends the job as cancelled, as was requested.</summary>
    /// <returns>False when the lease is lost or nobody asked.</returns>
    public Task<bool> CancelAsync(JobLease lease, CancellationToken cancellationToken) => EndAsync(
        lease, row => row.CancelRequested, JobState.Cancelled, _ => { }, (db, now) => Log(db, lease, JobEvent.Status("Job cancelled."), now), cancellationToken);

    /// <summary>Gives the job back to its queue, as when the service stops. The attempt does not count.</summary>
    /// <returns>False when the lease is lost or cancellation was requested.</returns>
    public Task<bool> ReleaseAsync(JobLease lease, string reason, CancellationToken cancellationToken) =>
        GiveBackAsync(lease, JobState.Queued, countAttempt: false, reason, cancellationToken);

    /// <summary>Gives the job back after its worker process died under it. The attempt counts.</summary>
    /// <returns>False when the lease is lost, cancellation was requested or no attempt is left.</returns>
    public Task<bool> RetryAsync(JobLease lease, string reason, CancellationToken cancellationToken) =>
        GiveBackAsync(lease, JobState.Queued, countAttempt: true, reason, cancellationToken);

    /// <summary>Puts the job aside until it is resumed, as was requested.</summary>
    /// <returns>False when the lease is lost or cancellation was requested.</returns>
    public Task<bool> PauseAsync(JobLease lease, CancellationToken cancellationToken) =>
        GiveBackAsync(lease, JobState.Paused, countAttempt: false, "Job paused.", cancellationToken);

    private static Task Log(AppDbContext db, JobLease lease, JobEvent line, long now)
    {
        JobEventLog.Append(db, lease.JobId, line, now);
        return Task.CompletedTask;
    }

    private async Task<bool> GiveBackAsync(
        JobLease lease, JobState state, bool countAttempt, string reason, CancellationToken cancellationToken)
    {
        var given = await WriteAsync(
            lease,
            row => !row.CancelRequested && (!countAttempt || row.Attempts < row.MaxAttempts),
            set =>
            {
                set.SetProperty(row => row.State, state).SetProperty(row => row.LeaseOwner, (string?)null)
                    .SetProperty(row => row.LeaseUntil, (long?)null).SetProperty(row => row.DispatchedAt, (long?)null)
                    .SetProperty(row => row.PauseRequested, false);
                if (!countAttempt)
                {
                    set.SetProperty(row => row.Attempts, row => row.Attempts - 1);
                }
            },
            (db, now) => Log(db, lease, JobEvent.Status(reason), now),
            cancellationToken);
        if (given && state == JobState.Queued)
        {
            bell.Ring();
        }
        return given;
    }

    private Task<bool> EndAsync(
        JobLease lease,
        Expression<Func<JobRow, bool>> condition,
        JobState state,
        Action<UpdateSettersBuilder<JobRow>> result,
        Func<AppDbContext, long, Task> insert,
        CancellationToken cancellationToken)
    {
        var finishedAt = clock.NowMicroseconds();
        return WriteAsync(
            lease,
            condition,
            set =>
            {
                set.SetProperty(row => row.State, state).SetProperty(row => row.FinishedAt, finishedAt)
                    .SetProperty(row => row.LeaseOwner, (string?)null).SetProperty(row => row.LeaseUntil, (long?)null)
                    .SetProperty(row => row.PauseRequested, false);
                result(set);
            },
            insert,
            cancellationToken);
    }

    private Task<bool> WriteAsync(
        JobLease lease,
        Action<UpdateSettersBuilder<JobRow>> change,
        Func<AppDbContext, long, Task> insert,
        CancellationToken cancellationToken) => WriteAsync(lease, row => true, change, insert, cancellationToken);

    // The fence: the conditional UPDATE comes first and takes the write lock; rows are inserted only behind it.
    private async Task<bool> WriteAsync(
        JobLease lease,
        Expression<Func<JobRow, bool>> condition,
        Action<UpdateSettersBuilder<JobRow>> change,
        Func<AppDbContext, long, Task> insert,
        CancellationToken cancellationToken)
    {
        var now = clock.NowMicroseconds();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var hit = await db.Jobs.Where(Held(lease)).Where(condition).ExecuteUpdateAsync(
            set =>
            {
                set.SetProperty(row => row.UpdatedAt, now);
                change(set);
            },
            cancellationToken);
        if (hit == 0)
        {
            return false;
        }
        await insert(db, now);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private static Expression<Func<JobRow, bool>> Held(JobLease lease) =>
        row => row.Id == lease.JobId && row.LeaseOwner == lease.Owner && row.LeaseEpoch == lease.Epoch && row.State == JobState.Running;
}
