using System.Collections.Concurrent;
using FeedbackService.Api.Storage;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Security;

/// <summary>Notes when a key was last used: in memory at each request, in the database once a minute and at the stop.</summary>
internal sealed partial class KeyUse(IDbContextFactory<AppDbContext> contexts, TimeProvider clock, ILogger<KeyUse> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, long> _used = new(StringComparer.Ordinal);

    /// <summary>A request with this key has come.</summary>
    public void Note(string keyId) => _used[keyId] = clock.NowMicroseconds();

    /// <summary>Writes what has been noted since the last time.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        foreach (var keyId in _used.Keys)
        {
            if (_used.TryRemove(keyId, out var at))
            {
                await using var db = await contexts.CreateDbContextAsync(cancellationToken);
                await db.Keys.Where(row => row.Id == keyId).ExecuteUpdateAsync(set => set.SetProperty(row => row.LastUsedAt, at), cancellationToken);
            }
        }
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryWriteAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await TryWriteAsync(stoppingToken);
        }
    }

    // A figure for people to look at: a database that is full or busy must not end the service for it.
    private async Task TryWriteAsync(CancellationToken cancellationToken)
    {
        try
        {
            await WriteAsync(cancellationToken);
        }
        catch (Exception fault) when (fault is System.Data.Common.DbException or DbUpdateException || DatabaseFaults.IsTransient(fault))
        {
            LogNotWritten(fault);
        }
    }

    [LoggerMessage(LogLevel.Warning, "When keys were last used could not be written down")]
    private partial void LogNotWritten(Exception fault);
}
