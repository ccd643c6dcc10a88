using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Jobs;

/// <summary>
/// Takes jobs back from workers that are gone. At the start everything leased belongs to a process that has ended, because this one
/// holds the data folder's lock; so nothing waits for a lease to run out.
/// </summary>
internal sealed partial class JobReconciler(
    JobRecovery recovery, WorkerIdentity identity, TimeProvider clock, IOptions<JobOptions> options, ILogger<JobReconciler> logger)
    : BackgroundService, IHostedLifecycleService
{
    /// <inheritdoc/>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var recovered = await recovery.RecoverFromOthersAsync(identity.Owner, cancellationToken);
        if (recovered > 0)
        {
            LogRecovered(logger, recovered);
        }
    }

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.ReconcileEvery, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                var recovered = await recovery.RecoverExpiredAsync(stoppingToken);
                if (recovered > 0)
                {
                    LogRecovered(logger, recovered);
                }
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                LogFault(logger, fault);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} jobs recovered from workers that are gone")]
    private static partial void LogRecovered(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "Expired leases could not be looked for; trying again")]
    private static partial void LogFault(ILogger logger, Exception fault);
}
