using FeedbackService.Api.Storage.Postgres;
using Npgsql;

namespace FeedbackService.Api.Storage;

/// <summary>
/// Sees what other processes change in a shared database, and raises the signal for it. It waits for notifications and looks at the
/// revisions at each, and every second without one: a notification only makes the look come sooner, so none that is lost, and no pooler
/// that passes none on, costs more than that second.
/// </summary>
internal sealed partial class ChangeWatcher(
    DatabaseSettings settings, ChangeSignal signal, ChangeMetrics metrics, TimeProvider clock, ILogger<ChangeWatcher> logger) : BackgroundService
{
    /// <summary>Name of its connection in the database's list of them.</summary>
    public const string ConnectionName = "feedbackservice changes";

    private const int PatienceSeconds = 5;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private readonly Dictionary<string, long> _seen = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var away = false;
        while (settings.IsShared && !stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await ConnectAsync(stoppingToken);
                if (away)
                {
                    LogBack(logger);
                    away = false;
                }
                await FollowAsync(connection, stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                if (!away)
                {
                    LogAway(logger, fault.Message);
                    away = true;
                }
            }
            await Task.Delay(LookEvery, clock, stoppingToken);
        }
    }

    private async Task<NpgsqlConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        // Of its own: a session of the pool is given back and forgets whom it listens to. A look every second tells when it hangs.
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(settings.ConnectionString)
        {
            Pooling = false,
            Timeout = PatienceSeconds,
            CommandTimeout = PatienceSeconds,
            ApplicationName = ConnectionName,
        }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using var listen = new NpgsqlCommand($"LISTEN {PostgresAppDbContext.Channel}", connection);
            await listen.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private async Task FollowAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var notified = false;
        while (true)
        {
            await LookAsync(connection, notified, cancellationToken);
            notified = await connection.WaitAsync(LookEvery, cancellationToken);
        }
    }

    private async Task LookAsync(NpgsqlConnection connection, bool notified, CancellationToken cancellationToken)
    {
        var changed = new List<WriteTopic>();
        await using (var command = new NpgsqlCommand("SELECT topic, revision FROM revisions", connection))
        await using (var rows = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await rows.ReadAsync(cancellationToken))
            {
                var (name, revision) = (rows.GetString(0), rows.GetInt64(1));
                // At the first look everything counts as changed: something may have been read, and then changed, before it.
                if (_seen.GetValueOrDefault(name, -1) != revision && Enum.TryParse<WriteTopic>(name, ignoreCase: true, out var topic))
                {
                    _seen[name] = revision;
                    changed.Add(topic);
                }
            }
        }
        metrics.Looked();
        foreach (var topic in changed)
        {
            metrics.Seen(notified);
            signal.Raise(topic);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The database cannot be looked at for changes of other processes ({Reason}); trying again every second")]
    private static partial void LogAway(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Information, "The database is looked at for changes of other processes again")]
    private static partial void LogBack(ILogger logger);
}
