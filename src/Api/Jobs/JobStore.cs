using System.Text.Json;
using FeedbackService.Api.Errors;
using FeedbackService.Api.Events;
using FeedbackService.Api.Jobs.Workers;
using FeedbackService.Api.Quotas;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Model.Faults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Jobs;

/// <summary>
/// Jobs as their users see them: accepting, reading, asking for cancellation, pause and resumption. What the holder of a lease may
/// do is in <see cref="JobLeases"/>. Every change of state is one UPDATE that names the state it starts from, in the transaction
/// that also appends the event; so two requests cannot both win and a terminal state never changes.
/// </summary>
internal sealed class JobStore(
    IDbContextFactory<AppDbContext> contexts, JobBell bell, RunningJobs running, KeyQuotas quotas, WorkerRegistry workers, TimeProvider clock, IOptions<JobOptions> options)
{
    /// <summary>Accepts a job, or finds the one an equal request with the same Idempotency-Key has made.</summary>
    /// <returns>The row, Queued if new.</returns>
    /// <exception cref="ServiceException">
    /// 404 when a model it reads was deleted meanwhile; 409 when the Idempotency-Key was used with another request or the
    /// model would be one too many of the key; 429 when the key has too many jobs that have not ended.
    /// </exception>
    public async Task<JobRow> CreateAsync(NewJob job, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        // Nothing that the job reads may go before it is entered as its reader.
        await using var transaction = job.Reads.Count > 0
            ? await db.BeginHoldAsync(WriteTopic.Registry, cancellationToken)
            : await db.Database.BeginTransactionAsync(cancellationToken);
        var now = await db.NowAsync(clock, cancellationToken);
        if (job.Idempotency is not null
            && await Idempotency.FindOrClaimAsync(db, job.Idempotency, job.Id, now, cancellationToken) is { } existing)
        {
            return await db.Jobs.AsNoTracking().SingleAsync(row => row.Id == existing, cancellationToken);
        }
        var row = new JobRow
        {
            Id = job.Id,
            Kind = job.Kind,
            Queue = JobQueues.For(job.Kind),
            State = JobState.Queued,
            Priority = job.Wishes.Priority,
            Device = job.Wishes.Device,
            SpecJson = job.SpecJson,
            ModelName = job.ModelName,
            MetadataJson = JsonSerializer.Serialize(job.Metadata),
            MaxAttempts = options.Value.MaxAttempts,
            CreatedAt = now,
            UpdatedAt = now,
            CreatedByKeyId = job.CreatedByKeyId,
            Traceparent = JobActivities.Accept(job.Id),
        };
        await quotas.CheckAsync(db, row, cancellationToken);
        db.Jobs.Add(row);
        await ModelReads.AddAsync(db, job.Id, job.Reads, cancellationToken);
        foreach (var line in job.Warnings.Prepend(JobEvent.Status("Job accepted and queued.")))
        {
            JobEventLog.Append(db, job.Id, line, now);
        }
        if (await WaitsForAsync(db, row, now, cancellationToken) is { } missing)
        {
            JobEventLog.Append(db, job.Id, missing, now);
        }
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        FaultPoint.Reach(FaultPoints.JobInserted);
        bell.Ring();
        return row;
    }

    /// <summary>The job, or null.</summary>
    public async Task<JobRow?> FindAsync(string id, JobKind kind, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Jobs.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id && row.Kind == kind, cancellationToken);
    }

    /// <summary>The job.</summary>
    /// <exception cref="ServiceException">404 when there is none of this kind.</exception>
    public async Task<JobRow> GetAsync(string id, JobKind kind, CancellationToken cancellationToken) =>
        await FindAsync(id, kind, cancellationToken) ?? throw Missing(id, kind);

    /// <summary>Jobs of a kind, newest first.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="after">Id of the last job of the previous page; null for the first page.</param>
    /// <param name="limit">Rows wanted.</param>
    /// <param name="metadata">Pairs the job must have; empty for jobs without any, null for all jobs.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <exception cref="ServiceException">400 when <paramref name="after"/> names no job of the kind.</exception>
    public async Task<Page<JobRow>> ListAsync(
        JobKind kind, string? after, int limit, IReadOnlyDictionary<string, string>? metadata, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = db.Jobs.AsNoTracking().Where(row => row.Kind == kind);
        if (metadata is { Count: 0 })
        {
            rows = rows.Where(row => row.MetadataJson == "{}");
        }
        foreach (var (key, value) in metadata ?? new Dictionary<string, string>())
        {
            // The serialiser escapes quotes inside strings, so this text can only be the pair itself.
            var pair = $"{JsonSerializer.Serialize(key)}:{JsonSerializer.Serialize(value)}";
            rows = rows.Where(row => row.MetadataJson.Contains(pair));
        }
        if (after is not null)
        {
            var last = await db.Jobs.Where(row => row.Id == after && row.Kind == kind)
                .Select(row => new { row.CreatedAt }).SingleOrDefaultAsync(cancellationToken)
                ?? throw ServiceException.Invalid("unknown_after", $"'{after}' is not in this list.", "after");
            rows = rows.Where(row => row.CreatedAt < last.CreatedAt || (row.CreatedAt == last.CreatedAt && row.Id.CompareTo(after) < 0));
        }
        var page = rows.OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Id).Take(limit + 1);
        return Page<JobRow>.Of(await page.ToListAsync(cancellationToken), limit);
    }

    /// <summary>
    /// Cancels a waiting job at once and asks a running one to stop. Once accepted, the job can no longer succeed. A batch that had begun and
    /// waits to go on is asked too: a worker keeps what it has answered.
    /// </summary>
    /// <returns>The row after it; one already cancelled is returned unchanged.</returns>
    /// <exception cref="ServiceException">404; 409 when it has succeeded or failed.</exception>
    public async Task<JobRow> RequestCancelAsync(string id, JobKind kind, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var now = await db.NowAsync(clock, cancellationToken);
        await db.LockJobAsync(id, cancellationToken);
        var waiting = await db.Jobs
            .Where(row => row.Id == id && row.Kind == kind && (row.State == JobState.Queued || row.State == JobState.Paused))
            .Where(row => row.Kind != JobKind.Batch || row.StartedAt == null)
            .ExecuteUpdateAsync(
                set => set.SetProperty(row => row.State, JobState.Cancelled).SetProperty(row => row.CancelRequested, true)
                    .SetProperty(row => row.CancelRequestedAt, now)
                    .SetProperty(row => row.FinishedAt, now).SetProperty(row => row.UpdatedAt, now),
                cancellationToken);
        var asked = waiting > 0 ? 0 : await db.Jobs
            .Where(row => row.Id == id && row.Kind == kind && (row.State == JobState.Running || row.State == JobState.Queued) && !row.CancelRequested)
            .ExecuteUpdateAsync(
                set => set.SetProperty(row => row.CancelRequested, true).SetProperty(row => row.CancelRequestedAt, now).SetProperty(row => row.UpdatedAt, now),
                cancellationToken);
        if (waiting + asked > 0)
        {
            JobEventLog.Append(db, id, JobEvent.Status(waiting > 0 ? "Job cancelled." : "Cancellation requested."), now);
        }
        var after = await CommitAsync(db, transaction, id, kind, cancellationToken);
        running.Nudge(id);
        return after.State is JobState.Succeeded or JobState.Failed
            ? throw ServiceException.Conflict("job_ended", $"'{id}' has already {Words(after.State)}; there is nothing to cancel.")
            : after;
    }

    /// <summary>Pauses a waiting job at once and asks a running one to stop at its next checkpoint.</summary>
    /// <returns>The row after it; one already paused or asked to is returned unchanged.</returns>
    /// <exception cref="ServiceException">404; 409 when it has ended or is being cancelled.</exception>
    public async Task<JobRow> RequestPauseAsync(string id, JobKind kind, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var now = await db.NowAsync(clock, cancellationToken);
        await db.LockJobAsync(id, cancellationToken);
        var waiting = await db.Jobs.Where(row => row.Id == id && row.Kind == kind && row.State == JobState.Queued)
            .ExecuteUpdateAsync(
                set => set.SetProperty(row => row.State, JobState.Paused).SetProperty(row => row.UpdatedAt, now), cancellationToken);
        var asked = waiting > 0 ? 0 : await db.Jobs
            .Where(row => row.Id == id && row.Kind == kind && row.State == JobState.Running && !row.CancelRequested && !row.PauseRequested)
            .ExecuteUpdateAsync(
                set => set.SetProperty(row => row.PauseRequested, true).SetProperty(row => row.UpdatedAt, now), cancellationToken);
        if (waiting + asked > 0)
        {
            JobEventLog.Append(db, id, JobEvent.Status(waiting > 0 ? "Job paused." : "Pause requested."), now);
        }
        var after = await CommitAsync(db, transaction, id, kind, cancellationToken);
        running.Nudge(id);
        return after is { State: JobState.Paused } or { State: JobState.Running, PauseRequested: true, CancelRequested: false }
            ? after
            : throw ServiceException.Conflict("job_not_pausable", $"'{id}' is {Words(after)}; only a queued or running job can be paused.");
    }

    /// <summary>Queues a paused job again; it goes on from its last checkpoint.</summary>
    /// <returns>The row after it.</returns>
    /// <exception cref="ServiceException">404; 409 when it is not paused.</exception>
    public async Task<JobRow> ResumeAsync(string id, JobKind kind, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var now = await db.NowAsync(clock, cancellationToken);
        await db.LockJobAsync(id, cancellationToken);
        var resumed = await db.Jobs.Where(row => row.Id == id && row.Kind == kind && row.State == JobState.Paused)
            .ExecuteUpdateAsync(
                set => set.SetProperty(row => row.State, JobState.Queued).SetProperty(row => row.PauseRequested, false)
                    .SetProperty(row => row.DispatchedAt, (long?)null).SetProperty(row => row.UpdatedAt, now),
                cancellationToken);
        if (resumed > 0)
        {
            JobEventLog.Append(db, id, JobEvent.Status("Job resumed and queued."), now);
        }
        var after = await CommitAsync(db, transaction, id, kind, cancellationToken);
        if (resumed == 0)
        {
            throw ServiceException.Conflict("job_not_paused", $"'{id}' is {Words(after)}; only a paused job can be resumed.");
        }
        bell.Ring();
        return after;
    }

    private async Task<JobEvent?> WaitsForAsync(AppDbContext db, JobRow job, long now, CancellationToken cancellationToken)
    {
        if (job.Device is not { } device || (await workers.TakingAsync(db, job.Queue, now, cancellationToken)).Exists(worker => WorkerRegistry.Has(worker, device)))
        {
            return null;
        }
        return JobEvent.Warning($"Waits for a worker {(device == JobWishes.Cuda ? "with CUDA" : "on a CPU")}; none is registered.");
    }

    private static async Task<JobRow> CommitAsync(
        AppDbContext db,
        Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction transaction,
        string id,
        JobKind kind,
        CancellationToken cancellationToken)
    {
        await db.SaveChangesAsync(cancellationToken);
        var after = await db.Jobs.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id && row.Kind == kind, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return after ?? throw Missing(id, kind);
    }

    private static ServiceException Missing(string id, JobKind kind)
    {
        var (code, noun) = kind switch
        {
            JobKind.Train => ("job_not_found", "job"),
            JobKind.Evaluate => ("evaluation_not_found", "evaluation"),
            JobKind.Batch => ("batch_not_found", "batch"),
            JobKind.Import => ("import_not_found", "import"),
            _ => ("classification_not_found", "classification"),
        };
        return ServiceException.NotFound(code, $"There is no {noun} '{id}'.");
    }

    private static string Words(JobRow job) => job is { State: JobState.Running, CancelRequested: true } ? "being cancelled" : Words(job.State);

    private static string Words(JobState state) => state.ToString().ToLowerInvariant();
}
