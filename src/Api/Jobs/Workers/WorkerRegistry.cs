using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Jobs.Workers;

/// <summary>The workers that there are. Each keeps its own row young; nobody decides about leases by it, only about what may be expected.</summary>
internal sealed class WorkerRegistry(IDbContextFactory<AppDbContext> contexts, TimeProvider clock, IOptions<WorkerOptions> options)
{
    private static readonly TimeSpan BeatTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Says that a worker is there: renews its row, or makes it, also when others had forgotten it. Synchronous, because it runs on a thread of its
    /// own that must not depend on the thread pool.
    /// </summary>
    /// <param name="worker">What it says of itself; its times are filled in.</param>
    public void Beat(WorkerRow worker)
    {
        using var db = contexts.CreateDbContext();
        db.Database.SetCommandTimeout(BeatTimeout);
        var now = db.Now(clock);
        var renewed = db.Workers.Where(row => row.Id == worker.Id)
            .ExecuteUpdate(set => set.SetProperty(row => row.HeartbeatAt, now).SetProperty(row => row.Draining, worker.Draining));
        if (renewed == 0)
        {
            worker.StartedAt = worker.StartedAt == 0 ? now : worker.StartedAt;
            worker.HeartbeatAt = now;
            db.Workers.Add(worker);
            db.SaveChanges();
        }
    }

    /// <summary>Removes a worker that has ended.</summary>
    public async Task RemoveAsync(string id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Workers.Where(row => row.Id == id).ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>Removes all workers but one. Right only for a process that has the database to itself.</summary>
    public async Task RemoveOthersAsync(string id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Workers.Where(row => row.Id != id).ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>Removes workers that nobody has heard of for long.</summary>
    public async Task ForgetAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var before = await db.NowAsync(clock, cancellationToken) - options.Value.ForgetAfter.ToMicroseconds();
        await db.Workers.Where(row => row.HeartbeatAt < before).ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>Workers that are there and take jobs of a queue.</summary>
    /// <param name="db">A context; what it sees is what counts.</param>
    /// <param name="queue">The queue.</param>
    /// <param name="now">Time of the database.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<List<WorkerRow>> TakingAsync(AppDbContext db, string queue, long now, CancellationToken cancellationToken)
    {
        var since = now - options.Value.LostAfter.ToMicroseconds();
        var workers = await db.Workers.AsNoTracking().Where(row => row.HeartbeatAt >= since && !row.Draining).ToListAsync(cancellationToken);
        return [.. workers.Where(row => Takes(row, queue))];
    }

    /// <summary>All workers, those that came first at the beginning.</summary>
    public async Task<IReadOnlyList<ListedWorker>> ListAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var now = await db.NowAsync(clock, cancellationToken);
        var workers = await db.Workers.AsNoTracking().OrderBy(row => row.StartedAt).ThenBy(row => row.Id).ToListAsync(cancellationToken);
        var held = await db.Jobs.Where(row => row.State == JobState.Running && row.LeaseOwner != null)
            .OrderBy(row => row.Id).Select(row => new { row.Id, row.LeaseOwner }).ToListAsync(cancellationToken);
        var jobs = held.ToLookup(row => row.LeaseOwner, row => row.Id, StringComparer.Ordinal);
        return [.. workers.Select(row => new ListedWorker(row, StatusOf(row, now), [.. jobs[row.Id]]))];
    }

    /// <summary>Whether a worker has an ability, such as the device that a job needs.</summary>
    /// <param name="worker">The worker.</param>
    /// <param name="ability">As in the worker's row; null: none is needed.</param>
    public static bool Has(WorkerRow worker, string? ability) => ability is null || worker.Capabilities.Split(' ').Contains(ability);

    /// <summary>Whether a worker takes jobs of a queue.</summary>
    public static bool Takes(WorkerRow worker, string queue) => worker.Queues.Split(' ').Contains(queue);

    private WorkerStatus StatusOf(WorkerRow row, long now) =>
        row.HeartbeatAt < now - options.Value.LostAfter.ToMicroseconds() ? WorkerStatus.Lost
        : row.Draining ? WorkerStatus.Draining
        : WorkerStatus.Alive;
}
