using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Security;

/// <summary>
/// The keys of the database, read again when what is known is older than <see cref="Freshness"/>: the command line may change them
/// beside a running service, and a revoked key must not open anything for longer than that.
/// </summary>
internal sealed class KeyRing(IDbContextFactory<AppDbContext> contexts, TimeProvider clock) : IDisposable
{
    /// <summary>Age at which they are read again.</summary>
    public static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _reading = new(1, 1);
    private volatile Known? _known;
    private int _changes;

    /// <summary>All keys by id, revoked and expired ones included.</summary>
    public async ValueTask<IReadOnlyDictionary<string, KeyRow>> KeysAsync(CancellationToken cancellationToken)
    {
        if (Fresh() is { } known)
        {
            return known;
        }

        await _reading.WaitAsync(cancellationToken);
        try
        {
            if (Fresh() is { } meanwhile)
            {
                return meanwhile;
            }

            // Taken before reading, so that a change during it is seen the next time.
            var (asked, changes) = (clock.GetTimestamp(), Volatile.Read(ref _changes));
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            var keys = await db.Keys.AsNoTracking().ToDictionaryAsync(row => row.Id, StringComparer.Ordinal, cancellationToken);
            _known = new Known(keys, asked, changes);
            return keys;
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>Reads them again at the next request: one has been changed here.</summary>
    public void Forget() => Interlocked.Increment(ref _changes);

    /// <inheritdoc/>
    public void Dispose() => _reading.Dispose();

    private IReadOnlyDictionary<string, KeyRow>? Fresh() =>
        _known is { } known && known.Changes == Volatile.Read(ref _changes) && clock.GetElapsedTime(known.ReadAt) < Freshness ? known.Keys : null;

    private sealed record Known(IReadOnlyDictionary<string, KeyRow> Keys, long ReadAt, int Changes);
}
