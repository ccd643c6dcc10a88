using FeedbackService.Api.Jobs.Workers;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Jobs.Servers;

/// <summary>
/// Finds queues that have fallen silent: jobs wait that this process may take, its worker is idle, and no ring comes. Rings once more; when that is
/// not heard either, the server of the queue is deaf, as after a restart of the database it may be, and is started anew.
/// </summary>
internal sealed partial class QueueLiveness(
    JobClaims claims,
    JobRinger ringer,
    QueueServers servers,
    QueueActivity activity,
    WorkerDescription worker,
    QueueMetrics metrics,
    TimeProvider clock,
    IOptions<JobOptions> options,
    ILogger<QueueLiveness> logger) : BackgroundService
{
    private const int LooksPerSilence = 5;

    private readonly Dictionary<string, long> _rungAgain = new(StringComparer.Ordinal);

    /// <summary>Looks once at every queue.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        foreach (var queue in JobQueues.All)
        {
            if (activity.IsDraining || !await IsSilentAsync(queue, cancellationToken))
            {
                _rungAgain.Remove(queue);
            }
            else if (!_rungAgain.TryGetValue(queue, out var rung))
            {
                ringer.Ring(queue);
                _rungAgain[queue] = clock.GetTimestamp();
            }
            else if (clock.GetElapsedTime(rung) >= options.Value.SilentAfter)
            {
                servers.Restart(queue);
                metrics.CountRestart(queue);
                ringer.Ring(queue);
                _rungAgain[queue] = clock.GetTimestamp();
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.SilentAfter / LooksPerSilence, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                // The edge of this loop: without its database nobody can tell what waits.
                LogFault(logger, fault.Message);
            }
        }
    }

    private async Task<bool> IsSilentAsync(string queue, CancellationToken cancellationToken) =>
        activity.SilentFor(queue) >= options.Value.SilentAfter
        && await claims.HasWaitedAsync(queue, worker.DeviceKind, options.Value.SilentAfter, cancellationToken);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Silent queues could not be looked for: {Reason}")]
    private static partial void LogFault(ILogger logger, string reason);
}
