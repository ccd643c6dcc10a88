using FeedbackService.Api.Jobs.Workers;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Jobs;

/// <summary>
/// Asks a running job to give way when one of higher priority waits in its queue and no worker is free for it. Only jobs that go on where they
/// stopped are asked, trainings and batches; of these the lowest priority first, then the one that began last, which has least to lose.
/// </summary>
internal sealed class JobPreemption(
    IDbContextFactory<AppDbContext> contexts, WorkerRegistry workers, RunningJobs running, TimeProvider clock, IOptions<JobOptions> options)
{
    private static readonly string[] Queues = [JobQueues.Train, JobQueues.Batch];

    /// <summary>Looks at the queues and asks for as much room as the waiting jobs need, one running job for each.</summary>
    /// <returns>Jobs asked.</returns>
    public async Task<int> ConsiderAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var asked = new List<string>();
        foreach (var queue in Queues)
        {
            if (await MayBeNeededAsync(db, queue, cancellationToken))
            {
                asked.AddRange(await AskAsync(db, queue, cancellationToken));
            }
        }
        // Holders in other processes see it at their next renewal.
        asked.ForEach(running.Nudge);
        return asked.Count;
    }

    // Two looks into an index, and no transaction as long as all are of one priority.
    private static async Task<bool> MayBeNeededAsync(AppDbContext db, string queue, CancellationToken cancellationToken) =>
        await db.Jobs.Where(row => row.State == JobState.Running && row.Queue == queue).MinAsync(row => (int?)row.Priority, cancellationToken) is { } lowest
        && await db.Jobs.AnyAsync(row => row.State == JobState.Queued && row.Queue == queue && row.Priority > lowest, cancellationToken);

    private async Task<List<string>> AskAsync(AppDbContext db, string queue, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.LockNameAsync($"preemption {queue}", cancellationToken);
        var now = await db.NowAsync(clock, cancellationToken);
        var busy = await db.Jobs.AsNoTracking().Where(row => row.State == JobState.Running && row.Queue == queue).ToListAsync(cancellationToken);
        var there = await workers.TakingAsync(db, queue, now, cancellationToken);
        var lowest = busy.Count == 0 ? int.MaxValue : busy.Min(row => row.Priority);
        var waiting = await db.Jobs.AsNoTracking()
            .Where(row => row.State == JobState.Queued && row.Queue == queue && row.Priority > lowest)
            .OrderByDescending(row => row.Priority).ThenBy(row => row.CreatedAt).Take(there.Count + busy.Count)
            .Select(row => new Waiting(row.Priority, row.Device, row.CreatedByKeyId)).ToListAsync(cancellationToken);
        var asked = Choose(waiting, busy, there);
        foreach (var id in asked)
        {
            await db.Jobs.Where(row => row.Id == id && row.State == JobState.Running && row.Queue == queue)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.YieldRequested, true).SetProperty(row => row.UpdatedAt, now), cancellationToken);
        }
        await transaction.CommitAsync(cancellationToken);
        return asked;
    }

    private List<string> Choose(List<Waiting> waiting, List<JobRow> busy, List<WorkerRow> there)
    {
        var owners = busy.Select(row => row.LeaseOwner).ToHashSet(StringComparer.Ordinal);
        var idle = there.Where(worker => !owners.Contains(worker.Id)).ToList();
        var stopping = busy.Where(row => row.YieldRequested || row.PauseRequested || row.CancelRequested).ToList();
        var workersById = there.ToDictionary(worker => worker.Id, StringComparer.Ordinal);
        var candidates = busy.Except(stopping)
            .Where(row => row.LeaseOwner is not null && workersById.ContainsKey(row.LeaseOwner))
            .OrderBy(row => row.Priority).ThenByDescending(row => row.StartedAt).ThenByDescending(row => row.Id, StringComparer.Ordinal).ToList();
        var asked = new List<string>();
        foreach (var job in waiting)
        {
            // A key that has as many running as it may gets no worker but one of its own.
            var full = job.KeyId is { } key && options.Value.RunningPerKey > 0 && busy.Count(row => row.CreatedByKeyId == key) >= options.Value.RunningPerKey;
            if ((!full && TakeFirst(idle, worker => WorkerRegistry.Has(worker, job.Device)) is not null) || TakeFirst(stopping, Fits) is not null)
            {
                continue;
            }
            if (TakeFirst(candidates, row => row.Priority < job.Priority && Fits(row)) is { } victim)
            {
                asked.Add(victim.Id);
            }

            bool Fits(JobRow row) => (!full || row.CreatedByKeyId == job.KeyId)
                && row.LeaseOwner is { } owner && workersById.TryGetValue(owner, out var worker) && WorkerRegistry.Has(worker, job.Device);
        }
        return asked;
    }

    private static T? TakeFirst<T>(List<T> items, Predicate<T> fits)
        where T : class
    {
        var index = items.FindIndex(fits);
        if (index < 0)
        {
            return null;
        }
        var item = items[index];
        items.RemoveAt(index);
        return item;
    }

    private sealed record Waiting(int Priority, string? Device, string? KeyId);
}
