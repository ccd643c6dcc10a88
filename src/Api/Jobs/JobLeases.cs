using System.Linq.Expressions;
using FeedbackService.Api.Events;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Model.Faults;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Jobs;

/// <summary>
/// What workers do to jobs. A claim gives a lease with a fencing epoch; every later write names owner, epoch and the state Running in
/// its WHERE, so a holder that was declared dead and comes back changes nothing. A write whose answer was lost with the connection is
/// repeated under its name, and found done if it was.
/// </summary>
internal sealed class JobLeases(
    IDbContextFactory<AppDbContext> contexts, JobBell bell, DatabaseRetry retry, TimeProvider clock, IOptions<JobOptions> options)
{
    private static readonly TimeSpan RenewalTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Extends the lease. Synchronous, because it runs on a thread of its own that must not depend on the thread pool.</summary>
    public LeaseSignal Renew(JobLease lease)
    {
        using var db = contexts.CreateDbContext();
        db.Database.SetCommandTimeout(RenewalTimeout);
        var until = db.Now(clock) + options.Value.LeaseDuration.ToMicroseconds();
        if (db.Jobs.Where(Held(lease)).ExecuteUpdate(set => set.SetProperty(row => row.LeaseUntil, until)) == 0)
        {
            return LeaseSignal.Lost;
        }
        FaultPoint.Reach(FaultPoints.LeaseRenewed);
        var asked = db.Jobs.Where(row => row.Id == lease.JobId).Select(row => new { row.CancelRequested, row.PauseRequested, row.YieldRequested }).Single();
        return asked.CancelRequested ? LeaseSignal.CancelRequested
            : asked.PauseRequested ? LeaseSignal.PauseRequested
            : asked.YieldRequested ? LeaseSignal.YieldRequested
            : LeaseSignal.Held;
    }

    /// <summary>Writes progress, series and log lines of a running job, all or none.</summary>
    /// <returns>False when the lease is lost; then nothing was written.</returns>
    /// <exception cref="Errors.ServiceException">404 when a model it begins to read was deleted meanwhile.</exception>
    public Task<bool> ReportAsync(JobLease lease, JobReport report, CancellationToken cancellationToken) => WriteAsync(
        lease,
        (set, _) =>
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
            if (report.Reads.Count > 0)
            {
                await db.HoldAsync(WriteTopic.Registry, cancellationToken);
                await ModelReads.AddAsync(db, lease.JobId, report.Reads, cancellationToken);
            }
            if (report.Enter is not null)
            {
                await report.Enter(db, now, cancellationToken);
            }
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
        (set, _) => set.SetProperty(row => row.LastCheckpoint, resume),
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
                FaultPoint.Reach(FaultPoints.PublishBeforeCommit);
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
            (set, _) =>
            {
                set.SetProperty(row => row.State, state).SetProperty(row => row.LeaseOwner, (string?)null)
                    .SetProperty(row => row.LeaseUntil, (long?)null).SetProperty(row => row.DispatchedAt, (long?)null)
                    .SetProperty(row => row.PauseRequested, false).SetProperty(row => row.YieldRequested, false);
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
        CancellationToken cancellationToken) => WriteAsync(
        lease,
        condition,
        (set, now) =>
        {
            set.SetProperty(row => row.State, state).SetProperty(row => row.FinishedAt, now)
                .SetProperty(row => row.LeaseOwner, (string?)null).SetProperty(row => row.LeaseUntil, (long?)null)
                .SetProperty(row => row.PauseRequested, false).SetProperty(row => row.YieldRequested, false);
            result(set);
        },
        insert,
        cancellationToken);

    private Task<bool> WriteAsync(
        JobLease lease,
        Action<UpdateSettersBuilder<JobRow>, long> change,
        Func<AppDbContext, long, Task> insert,
        CancellationToken cancellationToken) => WriteAsync(lease, row => true, change, insert, cancellationToken);

    private Task<bool> WriteAsync(
        JobLease lease,
        Expression<Func<JobRow, bool>> condition,
        Action<UpdateSettersBuilder<JobRow>, long> change,
        Func<AppDbContext, long, Task> insert,
        CancellationToken cancellationToken)
    {
        var name = Guid.CreateVersion7().ToString("N");
        // For as long as the lease can last: after that the fence would refuse it anyway.
        return retry.RunAsync(token => WriteOnceAsync(lease, name, condition, change, insert, token), options.Value.LeaseDuration, cancellationToken);
    }

    // The fence: the conditional UPDATE comes first and takes the write lock; rows are inserted only behind it.
    private async Task<bool> WriteOnceAsync(
        JobLease lease,
        string name,
        Expression<Func<JobRow, bool>> condition,
        Action<UpdateSettersBuilder<JobRow>, long> change,
        Func<AppDbContext, long, Task> insert,
        CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.TakeWrittenTopics();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var now = await db.NowAsync(clock, cancellationToken);
        var hit = await db.Jobs.Where(Held(lease)).Where(row => row.LastWrite != name).Where(condition).ExecuteUpdateAsync(
            set =>
            {
                set.SetProperty(row => row.UpdatedAt, now).SetProperty(row => row.LastWrite, name);
                change(set, now);
            },
            cancellationToken);
        if (hit == 0)
        {
            return await db.Jobs.AnyAsync(row => row.Id == lease.JobId && row.LastWrite == name, cancellationToken);
        }
        await insert(db, now);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private static Expression<Func<JobRow, bool>> Held(JobLease lease) =>
        row => row.Id == lease.JobId && row.LeaseOwner == lease.Owner && row.LeaseEpoch == lease.Epoch && row.State == JobState.Running;
}
