using Hangfire.Server;

namespace FeedbackService.Api.Jobs.Servers;

/// <summary>
/// One server of Hangfire per queue, so that no kind of job waits for another: a batch may take an hour. They are our own and not Hangfire's hosted
/// service, because one that hears nothing any more is exchanged.
/// </summary>
internal sealed partial class QueueServers(
    QueueServerFactory factory, QueueActivity activity, IHostApplicationLifetime lifetime, ILogger<QueueServers> logger) : IHostedService, IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, IBackgroundProcessingServer> _servers = new(StringComparer.Ordinal);
    private readonly List<Task> _ending = [];
    private IBackgroundProcessingServer? _housekeeping;
    private CancellationTokenRegistration _started;
    private bool _stopped;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Not before all else runs: the first ring may come at once.
        _started = lifetime.ApplicationStarted.Register(() =>
        {
            foreach (var queue in JobQueues.All)
            {
                Exchange(queue);
            }
            lock (_lock)
            {
                _housekeeping = _stopped ? null : factory.StartHousekeeping();
            }
        });
        return Task.CompletedTask;
    }

    /// <summary>Exchanges the server of a queue for a new one. What the old one may still be stuck in is not waited for.</summary>
    public void Restart(string queue)
    {
        LogRestart(logger, queue);
        Exchange(queue);
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _started.DisposeAsync();
        Task[] ending;
        lock (_lock)
        {
            _stopped = true;
            _housekeeping?.SendStop();
            foreach (var server in _servers.Values)
            {
                // All at once, and only then waited for: they drain side by side.
                server.SendStop();
            }
            _ending.AddRange(_servers.Values.Select(server => EndAsync(server)));
            _servers.Clear();
            ending = [.. _ending];
        }
        await Task.WhenAll(ending).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _started.Dispose();
        lock (_lock)
        {
            _stopped = true;
            _housekeeping?.SendStop();
            foreach (var server in _servers.Values)
            {
                server.Dispose();
            }
            _servers.Clear();
        }
    }

    private void Exchange(string queue)
    {
        lock (_lock)
        {
            if (_stopped || activity.IsDraining)
            {
                return;
            }
            if (_servers.Remove(queue, out var old))
            {
                old.SendStop();
                _ending.RemoveAll(task => task.IsCompleted);
                _ending.Add(EndAsync(old));
            }
            _servers.Add(queue, factory.Start(queue));
        }
    }

    private static async Task EndAsync(IBackgroundProcessingServer server)
    {
        // It gives up by itself after its shutdown timeout.
        await server.WaitForShutdownAsync(CancellationToken.None);
        server.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Jobs wait in the queue {Queue}, a worker is idle, and no ring comes: its server is started anew")]
    private static partial void LogRestart(ILogger logger, string queue);
}
