using FeedbackService.Api.Hosting;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Contents;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Sweeping;

/// <summary>
/// Frees the disk of what nothing needs any more: first rows past their time go, then what no row names is marked, and what has been
/// marked for the time of grace is taken out. A crash anywhere leaves something for the next sweep, never a row without its files.
/// What all processes share is swept by one of them at a time; what a process has in its own folder, by itself.
/// </summary>
internal sealed partial class Sweeper(
    IDbContextFactory<AppDbContext> contexts,
    IEnumerable<ILeftovers> leftovers,
    GarbageMarks marks,
    RowExpiry expiry,
    LeftoverRemoval removal,
    Scratch scratch,
    ISweepTurn turn,
    IContentStore store,
    IOptions<ServiceOptions> service,
    TimeProvider clock,
    IOptions<SweepOptions> options,
    ILogger<Sweeper> logger) : BackgroundService
{
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>
    /// Sweeps once, after any sweep of this process in progress, whether or not this process has the turn: two that sweep at once cost time and remove
    /// nothing twice.
    /// </summary>
    /// <param name="dryRun">Only look.</param>
    /// <param name="cancellationToken">Stops between two things; what was done stays done.</param>
    public Task<SweepReport> SweepAsync(bool dryRun, CancellationToken cancellationToken) => SweepAsync(dryRun, inTurn: false, cancellationToken);

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (service.Value.Database is null)
        {
            // Nothing runs yet and the folder is this process's alone: what is being made in it was being made by a dead one.
            scratch.Clear();
        }
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _one.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Every, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await SweepAsync(dryRun: false, inTurn: true, stoppingToken);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                LogFault(logger, fault);
            }
        }
    }

    private async Task<SweepReport> SweepAsync(bool dryRun, bool inTurn, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var own = await scratch.SweepAsync(dryRun, cancellationToken);
            var shared = inTurn && !await turn.TryTakeAsync(cancellationToken) ? new SweepReport([], []) : dryRun ? (await SearchAsync(cancellationToken)).Report : await RemoveAsync(cancellationToken);
            return shared with { Freed = [.. own, .. shared.Freed] };
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<SweepReport> RemoveAsync(CancellationToken cancellationToken)
    {
        await expiry.ExpireAsync(cancellationToken);
        await marks.CorrectAsync(cancellationToken);
        var (known, report) = await SearchAsync(cancellationToken);
        await marks.UpdateAsync(known, [.. report.Freed, .. report.Waiting], cancellationToken);
        var freed = new List<SweptItem>();
        foreach (var item in report.Freed)
        {
            if (await removal.TryTakeOutAsync(leftovers.Single(kind => kind.Kind == item.Kind), item.Path, item.Since, cancellationToken))
            {
                freed.Add(item);
            }
        }
        await removal.FinishAsync(cancellationToken);
        if (freed.Count > 0)
        {
            LogSwept(logger, freed.Count, freed.Sum(item => item.Bytes), report.Waiting.Count);
        }
        return report with { Freed = freed };
    }

    private async Task<(Dictionary<string, long> Known, SweepReport Report)> SearchAsync(CancellationToken cancellationToken)
    {
        var known = await marks.ReadAsync(cancellationToken);
        var found = new List<SweptItem>();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var (now, grace) = (await db.NowAsync(clock, cancellationToken), options.Value.Grace.ToMicroseconds());
        foreach (var kind in leftovers)
        {
            await foreach (var (key, bytes) in store.ListAsync(kind.Prefix, kind.Depth, cancellationToken))
            {
                if (!await kind.IsNeededAsync(db, key, cancellationToken))
                {
                    found.Add(new SweptItem(kind.Kind, key, bytes, known.GetValueOrDefault(key, now)));
                }
            }
        }
        var byAge = found.ToLookup(item => item.Since <= now - grace);
        return (known, new SweepReport([.. byAge[true]], [.. byAge[false]]));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Swept {Count} things that nothing needs, {Bytes} bytes; {Waiting} more wait for their time")]
    private static partial void LogSwept(ILogger logger, int count, long bytes, int waiting);

    [LoggerMessage(Level = LogLevel.Error, Message = "Sweeping failed; trying again later")]
    private static partial void LogFault(ILogger logger, Exception fault);
}
