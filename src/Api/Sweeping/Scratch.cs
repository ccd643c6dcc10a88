using System.Globalization;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Contents;
using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Sweeping;

/// <summary>
/// What lies in the data folder for the moment: attempts, uploads in progress, what was fetched. Every process clears up its own
/// folder; none of it needs a mark, for nothing ever takes it up again.
/// </summary>
internal sealed partial class Scratch(
    IDbContextFactory<AppDbContext> contexts, DataFolder folder, ContentCache cache, IEnumerable<ILeftovers> leftovers, TimeProvider clock, ILogger<Scratch> logger)
{
    private static readonly TimeSpan Stalled = TimeSpan.FromHours(1);

    /// <summary>Clears everything but the cache: for the start of a process that has the folder to itself.</summary>
    public void Clear()
    {
        foreach (var dead in new[] { folder.Staging, folder.Temporary, folder.Trash }.SelectMany(Directory.GetFileSystemEntries))
        {
            Remove(dead);
        }
    }

    /// <summary>Clears what dead processes and ended jobs have left.</summary>
    /// <param name="dryRun">Only look.</param>
    /// <param name="cancellationToken">Stops between two things.</param>
    /// <returns>What went, or would go.</returns>
    public async Task<List<SweptItem>> SweepAsync(bool dryRun, CancellationToken cancellationToken)
    {
        var dead = await DeadAttemptsAsync(cancellationToken);
        dead.AddRange(Of("temporary", Directory.GetFileSystemEntries(folder.Temporary).Where(IsStalled)));
        if (dryRun)
        {
            return dead;
        }

        await ForgetAsync(cancellationToken);
        foreach (var entry in Directory.GetFileSystemEntries(folder.Trash))
        {
            Remove(entry);
        }

        return [.. dead.Where(item => Remove(folder.Resolve(item.Path)))];
    }

    // An attempt's folder is its holder's alone, so whoever holds the lease now has another.
    private async Task<List<SweptItem>> DeadAttemptsAsync(CancellationToken cancellationToken)
    {
        var dead = new List<string>();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        foreach (var job in Directory.GetDirectories(folder.Staging))
        {
            // Listed before the row is read: what is made after that is not among them.
            var attempts = Directory.GetDirectories(job);
            var id = Path.GetFileName(job);
            var epoch = await db.Jobs.Where(row => row.Id == id && row.State == JobState.Running).Select(row => (long?)row.LeaseEpoch).SingleOrDefaultAsync(cancellationToken);
            dead.AddRange(epoch is null ? [job] : attempts.Where(path => long.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var own) && own < epoch));
        }

        return Of("attempt", dead);
    }

    // Bytes that users have deleted shall not live on in a cache.
    private async Task ForgetAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        foreach (var (key, _) in cache.Idle())
        {
            if (leftovers.FirstOrDefault(kind => key.StartsWith(kind.Prefix + "/", StringComparison.Ordinal)) is { } kind
                && !await kind.IsNeededAsync(db, ContentKeys.Shorten(key, 1 + kind.Depth), cancellationToken))
            {
                cache.Drop(key);
            }
        }
    }

    private bool IsStalled(string path) => DurableFolder.LastWriteOf(path) <= (clock.GetUtcNow() - Stalled).UtcDateTime;

    private List<SweptItem> Of(string kind, IEnumerable<string> paths) =>
        [.. paths.Select(path => new SweptItem(kind, folder.Relative(path), DurableFolder.SizeOfAny(path), clock.NowMicroseconds()))];

    private bool Remove(string path)
    {
        if (DurableFolder.TryRemoveAny(path))
        {
            return true;
        }

        LogStuck(logger, folder.Relative(path));
        return false;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path} cannot be removed; trying again at the next sweep")]
    private static partial void LogStuck(ILogger logger, string path);
}
