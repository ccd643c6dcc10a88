using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Model.Faults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Jobs;

/// <summary>
/// The outbox: rings Hangfire for queued rows it was not rung for, and again for rows that wait long, should a ring have been lost.
/// Rings first and marks after: a crash in between rings twice, which is harmless. After each look it sees to room for jobs of high priority.
/// </summary>
internal sealed partial class JobDispatcher(
    IDbContextFactory<AppDbContext> contexts,
    JobRinger ringer,
    JobBell bell,
    JobPreemption preemption,
    TimeProvider clock,
    IOptions<JobOptions> options,
    ILogger<JobDispatcher> logger) : BackgroundService
{
    private const int RowsPerLook = 500;

    /// <summary>Rings for what is due.</summary>
    /// <returns>Rows rung for.</returns>
    public async Task<int> DispatchAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var now = await db.NowAsync(clock, cancellationToken);
        var stale = now - options.Value.RedispatchAfter.ToMicroseconds();
        var due = await db.Jobs
            .Where(row => row.State == JobState.Queued && (row.DispatchedAt == null || row.DispatchedAt < stale))
            .OrderByDescending(row => row.Priority).ThenBy(row => row.CreatedAt).Take(RowsPerLook)
            .Select(row => new { row.Id, row.Queue, IsNew = row.DispatchedAt == null }).ToListAsync(cancellationToken);
        if (due.Count == 0)
        {
            return 0;
        }
        foreach (var row in due.Where(row => row.IsNew))
        {
            ringer.Ring(row.Queue);
        }
        // A queue that is merely busy needs one bell, not one per waiting row and half minute.
        foreach (var queue in due.Where(row => !row.IsNew).Select(row => row.Queue).Distinct())
        {
            ringer.Ring(queue);
        }
        FaultPoint.Reach(FaultPoints.JobRung);
        var ids = due.Select(row => row.Id).ToList();
        await db.Jobs.Where(row => ids.Contains(row.Id) && row.State == JobState.Queued)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.DispatchedAt, now), cancellationToken);
        return due.Count;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await DispatchAsync(stoppingToken);
                await preemption.ConsiderAsync(stoppingToken);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                LogFault(logger, fault);
            }
            await bell.WaitAsync(options.Value.DispatchEvery, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Queued jobs could not be dispatched; trying again")]
    private static partial void LogFault(ILogger logger, Exception fault);
}
