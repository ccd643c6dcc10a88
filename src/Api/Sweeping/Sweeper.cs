using FeedbackService.Api.Storage;
using FeedbackService.Model.Faults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Sweeping;

/// <summary>
/// Frees the disk of what nothing needs any more: first rows past their time go, then what no row names is marked, and what has been
/// marked for the time of grace is taken out. Taking out is one rename inside a transaction that looks once more; a crash anywhere
/// leaves something for the next sweep, never a row without its files.
/// </summary>
internal sealed partial class Sweeper(
    IDbContextFactory<AppDbContext> contexts,
    IEnumerable<ILeftovers> leftovers,
    GarbageMarks marks,
    RowExpiry expiry,
    DataFolder folder,
    TimeProvider clock,
    IOptions<SweepOptions> options,
    ILogger<Sweeper> logger) : BackgroundService
{
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>Sweeps once, after any sweep in progress.</summary>
    /// <param name="dryRun">Only look.</param>
    /// <param name="cancellationToken">Stops between two things; what was done stays done.</param>
    public async Task<SweepReport> SweepAsync(bool dryRun, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            return dryRun ? (await SearchAsync(cancellationToken)).Report : await RemoveAsync(cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // Nothing runs yet and the folder is this process's alone: what is being made in it was being made by a dead one.
        foreach (var dead in new[] { folder.Staging, folder.Temporary, folder.Trash }.SelectMany(Directory.GetFileSystemEntries))
        {
            Remove(dead);
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
                await SweepAsync(dryRun: false, stoppingToken);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                LogFault(logger, fault);
            }
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
            try
            {
                if (await TakeOutAsync(item, cancellationToken))
                {
                    freed.Add(item);
                }
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                LogStuck(logger, fault, item.Path);
            }
        }
        foreach (var entry in Directory.GetFileSystemEntries(folder.Trash))
        {
            Remove(entry);
        }
        if (freed.Count > 0)
        {
            LogSwept(logger, freed.Count, freed.Sum(item => item.Bytes), report.Waiting.Count);
        }
        return report with { Freed = freed };
    }

    private async Task<(Dictionary<string, long> Known, SweepReport Report)> SearchAsync(CancellationToken cancellationToken)
    {
        var (now, grace) = (clock.NowMicroseconds(), options.Value.Grace.ToMicroseconds());
        var known = await marks.ReadAsync(cancellationToken);
        var found = new List<SweptItem>();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        foreach (var kind in leftovers)
        {
            foreach (var path in kind.List())
            {
                if (!await kind.IsNeededAsync(db, path, cancellationToken))
                {
                    found.Add(new SweptItem(kind.Kind, path, SizeOf(folder.Resolve(path)), known.GetValueOrDefault(path, now)));
                }
            }
        }
        var byAge = found.ToLookup(item => item.Since <= now - grace);
        return (known, new SweepReport([.. byAge[true]], [.. byAge[false]]));
    }

    private async Task<bool> TakeOutAsync(SweptItem item, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // The mark first: it takes the write lock, and is young again if a publication has taken the thing up.
        if (await db.Garbage.Where(mark => mark.Path == item.Path && mark.Since == item.Since).ExecuteDeleteAsync(cancellationToken) == 0
            || await leftovers.Single(kind => kind.Kind == item.Kind).IsNeededAsync(db, item.Path, cancellationToken))
        {
            return false;
        }
        var path = folder.Resolve(item.Path);
        var trash = Path.Combine(folder.Trash, Guid.CreateVersion7().ToString("N"));
        if (Directory.Exists(path))
        {
            Directory.Move(path, trash);
        }
        else if (File.Exists(path))
        {
            File.Move(path, trash);
        }
        FaultPoint.Reach(FaultPoints.SweepTakenOut);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private static long SizeOf(string path) =>
        Directory.Exists(path) ? DurableFolder.SizeOf(path) : new FileInfo(path) is { Exists: true, Length: var bytes } ? bytes : 0;

    private void Remove(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
            else
            {
                File.Delete(path);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            LogStuck(logger, fault, folder.Relative(path));
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Swept {Count} things that nothing needs, {Bytes} bytes; {Waiting} more wait for their time")]
    private static partial void LogSwept(ILogger logger, int count, long bytes, int waiting);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path} cannot be removed; trying again at the next sweep")]
    private static partial void LogStuck(ILogger logger, Exception fault, string path);

    [LoggerMessage(Level = LogLevel.Error, Message = "Sweeping failed; trying again later")]
    private static partial void LogFault(ILogger logger, Exception fault);
}
