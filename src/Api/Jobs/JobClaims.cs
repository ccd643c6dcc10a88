using FeedbackService.Api.Events;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Model.Faults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Jobs;

/// <summary>
/// Takes jobs from queues. The highest priority is first; among equals the key with the fewest jobs running in the queue, then the one whose
/// last turn is longest ago, then the oldest job: nobody waits behind another's thousand jobs.
/// </summary>
internal sealed class JobClaims(IDbContextFactory<AppDbContext> contexts, DatabaseRetry retry, TimeProvider clock, IOptions<JobOptions> options)
{
    /// <summary>How long a claim is tried again while the database does not answer; the next ring or look comes later anyway.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // One statement, so that two claimers cannot both get the row: SQLite has one writer at a time, PostgreSQL locks what it selects.
    private const string Statement = """
        UPDATE jobs
           SET state = 'Running', lease_owner = {0}, lease_epoch = lease_epoch + 1, lease_until = {1}, attempts = attempts + 1,
               started_at = COALESCE(started_at, {2}), updated_at = {2}, last_write = {4}
         WHERE state = 'Queued' AND id = (
               SELECT j.id
                 FROM jobs j
                 LEFT JOIN queue_turns t ON t.queue = j.queue AND t.key_id = COALESCE(j.created_by_key_id, '')
                 LEFT JOIN (SELECT COALESCE(created_by_key_id, '') AS key_id, COUNT(*) AS running
                              FROM jobs WHERE state = 'Running' AND queue = {3} GROUP BY COALESCE(created_by_key_id, '')) r
                        ON r.key_id = COALESCE(j.created_by_key_id, '')
                WHERE j.state = 'Queued' AND j.queue = {3} AND (j.device IS NULL OR j.device = {5})
                  AND ({6} = 0 OR j.created_by_key_id IS NULL OR COALESCE(r.running, 0) < {6})
                ORDER BY j.priority DESC, COALESCE(r.running, 0), COALESCE(t.turn, 0), j.created_at, j.id
                LIMIT 1 
        """;

    /// <summary>Takes the best waiting job of a queue. Null when none waits that this worker may take.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="owner">Who takes it.</param>
    /// <param name="device"><c>cuda</c> or <c>cpu</c>: what the worker has.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    public Task<JobLease?> ClaimAsync(string queue, string owner, string device, CancellationToken cancellationToken)
    {
        var name = Guid.CreateVersion7().ToString("N");
        long? first = null;
        return retry.RunAsync(
            token =>
            {
                var asked = clock.GetTimestamp();
                var before = first;
                first ??= asked;
                return ClaimOnceAsync(name, asked, before, queue, owner, device, token);
            },
            Patience,
            cancellationToken);
    }

    /// <summary>Whether a job that a worker may take has waited in a queue for some time.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="device"><c>cuda</c> or <c>cpu</c>: what the worker has.</param>
    /// <param name="time">How long at least.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<bool> HasWaitedAsync(string queue, string device, TimeSpan time, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var before = await db.NowAsync(clock, cancellationToken) - time.ToMicroseconds();
        var most = options.Value.RunningPerKey;
        return await db.Jobs.AnyAsync(
            job => job.State == JobState.Queued && job.Queue == queue && job.UpdatedAt < before && (job.Device == null || job.Device == device)
                && (most == 0 || job.CreatedByKeyId == null
                    || db.Jobs.Count(other => other.State == JobState.Running && other.Queue == queue && other.CreatedByKeyId == job.CreatedByKeyId) < most),
            cancellationToken);
    }

    private async Task<JobLease?> ClaimOnceAsync(
        string name, long asked, long? before, string queue, string owner, string device, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        // The answer to a first try may have been lost after its commit: then the job is ours already. Only then is looked for it: no index serves that.
        if (before is not null && await db.Jobs.AsNoTracking().SingleOrDefaultAsync(row => row.LeaseOwner == owner && row.LastWrite == name, cancellationToken) is { } taken)
        {
            return new JobLease(taken.Id, owner, taken.LeaseEpoch, taken) { AskedAt = before };
        }
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var now = await db.NowAsync(clock, cancellationToken);
        if (options.Value.RunningPerKey > 0)
        {
            // Two claims at once would not count each other.
            await db.LockNameAsync($"claim {queue}", cancellationToken);
        }
        var statement = $"{Statement} {(db.IsShared ? "FOR UPDATE OF j SKIP LOCKED" : "")}) RETURNING *";
        var claimed = await db.Jobs
            .FromSqlRaw(
                statement, owner, now + options.Value.LeaseDuration.ToMicroseconds(), now, queue, name, device, options.Value.RunningPerKey)
            .AsNoTracking().ToListAsync(cancellationToken);
        if (claimed is not [var job])
        {
            return null;
        }
        await TakeTurnAsync(db, queue, job.CreatedByKeyId ?? "", now, cancellationToken);
        JobEventLog.Append(db, job.Id, JobEvent.Status(job.Attempts == 1 ? "Job started." : $"Job started again (attempt {job.Attempts})."), now);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        FaultPoint.Reach(FaultPoints.JobClaimCommitted);
        return new JobLease(job.Id, owner, job.LeaseEpoch, job) { AskedAt = asked };
    }

    private static Task<int> TakeTurnAsync(AppDbContext db, string queue, string keyId, long now, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlRawAsync(
            """
            INSERT INTO queue_turns (queue, key_id, turn) VALUES ({0}, {1}, {2})
            ON CONFLICT (queue, key_id) DO UPDATE SET turn = excluded.turn
            """,
            [queue, keyId, now],
            cancellationToken);
}
