using FeedbackService.Api.Storage;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Sweeping;

/// <summary>
/// Since when what lies in the store has been unneeded. A thing is removed only in a transaction that finds its mark old; so whoever takes
/// a thing up again renews the mark first and then looks whether it is there.
/// </summary>
internal sealed class GarbageMarks(IDbContextFactory<AppDbContext> contexts, TimeProvider clock)
{
    /// <summary>Starts the time of grace anew.</summary>
    /// <param name="path">Key of something; it need not be there.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    public async Task RenewAsync(string path, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.BeginQuietWriteAsync(WriteTopic.Registry, cancellationToken);
        await SetAsync(db, path, await db.NowAsync(clock, cancellationToken), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Sets a mark in the caller's transaction.</summary>
    /// <param name="db">Context with an open write transaction.</param>
    /// <param name="path">Key of something.</param>
    /// <param name="since">UTC microseconds; 0: due at once.</param>
    /// <param name="cancellationToken">Stops the statements.</param>
    public static async Task SetAsync(AppDbContext db, string path, long since, CancellationToken cancellationToken)
    {
        // One statement: who marks the same thing at the same time waits, and neither fails.
        await db.Database.ExecuteSqlRawAsync(
            "INSERT INTO garbage (path, since) VALUES ({0}, {1}) ON CONFLICT (path) DO UPDATE SET since = excluded.since", [path, since], cancellationToken);
    }

    /// <summary>Brings marks of the future, made while the clock was wrong, back to now: their time of grace would not end for as long.</summary>
    public async Task CorrectAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var now = await db.NowAsync(clock, cancellationToken);
        await db.Garbage.Where(mark => mark.Since > now).ExecuteUpdateAsync(set => set.SetProperty(mark => mark.Since, now), cancellationToken);
    }

    /// <summary>All marks by path.</summary>
    public async Task<Dictionary<string, long>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Garbage.AsNoTracking().ToDictionaryAsync(mark => mark.Path, mark => mark.Since, StringComparer.Ordinal, cancellationToken);
    }

    /// <summary>Marks what was found unneeded and forgets what was not: gone, or needed again.</summary>
    /// <param name="known">Marks as they were read before the search.</param>
    /// <param name="found">Everything unneeded, with its time.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    public async Task UpdateAsync(IReadOnlyDictionary<string, long> known, IReadOnlyList<SweptItem> found, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.BeginQuietWriteAsync(WriteTopic.Registry, cancellationToken);
        foreach (var path in known.Keys.Except(found.Select(item => item.Path), StringComparer.Ordinal))
        {
            await db.Garbage.Where(mark => mark.Path == path).ExecuteDeleteAsync(cancellationToken);
        }
        foreach (var item in found.Where(item => !known.ContainsKey(item.Path)))
        {
            // A publication may have marked it since.
            await db.Database.ExecuteSqlRawAsync(
                "INSERT INTO garbage (path, since) VALUES ({0}, {1}) ON CONFLICT (path) DO NOTHING", [item.Path, item.Since], cancellationToken);
        }
        await transaction.CommitAsync(cancellationToken);
    }
}
