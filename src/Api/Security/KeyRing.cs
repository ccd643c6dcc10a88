using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Security;

/// <summary>
/// The keys of the database, read again when what is known is older than <see cref="Freshness"/>: the command line and other processes
/// change them beside a running service, and a revoked key must not open anything for longer than that. While the database is away
/// nobody can revoke a key in it; what is known then holds for <see cref="KeptAway"/>, for it may be this process alone that is cut off.
/// </summary>
internal sealed partial class KeyRing(IDbContextFactory<AppDbContext> contexts, TimeProvider clock, ILogger<KeyRing> logger)
{
    /// <summary>Age at which they are read again.</summary>
    public static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

    /// <summary>Age at which they are not believed any more, though the database does not answer.</summary>
    public static readonly TimeSpan KeptAway = TimeSpan.FromSeconds(60);

    // How long a request waits for a database that may be away, when there is something to go by without it.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private volatile Known? _known;
    private Reading? _reading;
    private long? _failedAt;
    private int _changes;

    /// <summary>All keys by id, revoked and expired ones included.</summary>
    public ValueTask<IReadOnlyDictionary<string, KeyRow>> KeysAsync(CancellationToken cancellationToken)
    {
        if (_known is { } known && known.Changes == Volatile.Read(ref _changes) && clock.GetElapsedTime(known.ReadAt) is var age && age < KeptAway)
        {
            return age < Freshness ? ValueTask.FromResult(known.Keys) : ReadOrKeepAsync(known, cancellationToken);
        }

        return new(Read().Keys.WaitAsync(cancellationToken));
    }

    /// <summary>Reads them again at the next request: one has been changed here.</summary>
    public void Forget() => Interlocked.Increment(ref _changes);

    private async ValueTask<IReadOnlyDictionary<string, KeyRow>> ReadOrKeepAsync(Known known, CancellationToken cancellationToken)
    {
        if (HasJustFailed())
        {
            return known.Keys;
        }

        var reading = Read();
        var left = Patience - clock.GetElapsedTime(reading.StartedAt);
        if (!reading.Keys.IsCompleted && left > TimeSpan.Zero)
        {
            await Task.WhenAny(reading.Keys, Task.Delay(left, clock, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }

        return !reading.Keys.IsCompleted || DatabaseFaults.IsTransient(reading.Keys.Exception) ? known.Keys : await reading.Keys;
    }

    private bool HasJustFailed()
    {
        lock (_gate)
        {
            return _failedAt is { } at && clock.GetElapsedTime(at) < Freshness;
        }
    }

    // One for all who ask meanwhile; who asks after a change does not take one that began before it.
    private Reading Read()
    {
        lock (_gate)
        {
            var changes = Volatile.Read(ref _changes);
            if (_reading is { Keys.IsCompleted: false } running && running.Changes == changes)
            {
                return running;
            }

            var now = clock.GetTimestamp();
            return _reading = new Reading(Task.Run(() => ReadAsync(now, changes), CancellationToken.None), now, changes);
        }
    }

    private async Task<IReadOnlyDictionary<string, KeyRow>> ReadAsync(long asked, int changes)
    {
        try
        {
            await using var db = await contexts.CreateDbContextAsync(CancellationToken.None);
            var keys = await db.Keys.AsNoTracking().ToDictionaryAsync(row => row.Id, StringComparer.Ordinal, CancellationToken.None);
            _known = new Known(keys, asked, changes);
            Note(failed: null);
            return keys;
        }
        catch (Exception fault) when (DatabaseFaults.IsTransient(fault))
        {
            Note(fault);
            throw;
        }
    }

    private void Note(Exception? failed)
    {
        lock (_gate)
        {
            if (failed is not null && _failedAt is null)
            {
                LogAway(failed.Message);
            }

            _failedAt = failed is null ? null : clock.GetTimestamp();
        }
    }

    [LoggerMessage(LogLevel.Warning, "The keys cannot be read ({Reason}); those that are known hold for a minute")]
    private partial void LogAway(string reason);

    private sealed record Known(IReadOnlyDictionary<string, KeyRow> Keys, long ReadAt, int Changes);

    private sealed record Reading(Task<IReadOnlyDictionary<string, KeyRow>> Keys, long StartedAt, int Changes);
}
