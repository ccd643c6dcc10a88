using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Contents;
using FeedbackService.Model.Faults;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Sweeping;

/// <summary>Takes single things out of the store, in a transaction that finds their mark and looks once more that nothing needs them.</summary>
internal sealed partial class LeftoverRemoval(IDbContextFactory<AppDbContext> contexts, IContentStore store, ILogger<LeftoverRemoval> logger)
{
    /// <summary>Takes a thing out, unless it is needed again. A crash leaves its mark for the next sweep, never a row without content.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="key">Its key.</param>
    /// <param name="since">Its mark; another one means that somebody has taken the thing up.</param>
    /// <param name="cancellationToken">Stops before anything is done.</param>
    /// <returns>Whether it is gone; false also when the store refuses, which the next sweep makes good.</returns>
    public async Task<bool> TryTakeOutAsync(ILeftovers kind, string key, long since, CancellationToken cancellationToken)
    {
        try
        {
            return await TakeOutAsync(kind, key, since, cancellationToken);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            LogStuck(logger, fault, key);
            return false;
        }
    }

    /// <summary>Gives the space of what was taken out back.</summary>
    public Task FinishAsync(CancellationToken cancellationToken) => store.CleanAsync(cancellationToken);

    private async Task<bool> TakeOutAsync(ILeftovers kind, string key, long since, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.BeginQuietWriteAsync(kind.Topic, cancellationToken);
        // The mark first: it takes the write lock, and is young again if a publication has taken the thing up.
        if (await db.Garbage.Where(mark => mark.Path == key && mark.Since == since).ExecuteDeleteAsync(cancellationToken) == 0
            || await kind.IsNeededAsync(db, key, cancellationToken))
        {
            return false;
        }

        // Not to be stopped half-way by whoever asked. Should it fail there, the mark stays and the next sweep goes on.
        await store.RemoveBrieflyAsync(key, CancellationToken.None);
        FaultPoint.Reach(FaultPoints.SweepTakenOut);
        await transaction.CommitAsync(CancellationToken.None);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Key} cannot be removed; trying again at the next sweep")]
    private static partial void LogStuck(ILogger logger, Exception fault, string key);
}
