using FeedbackService.Api.Jobs.Workers;
using FeedbackService.Api.Storage;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Jobs;

/// <summary>
/// Takes jobs back from workers that are gone, and forgets workers. A process that has the data folder to itself knows at the start that everything leased
/// belongs to one that has ended, so nothing waits for a lease to run out; where processes share the database, leases decide.
/// </summary>
internal sealed partial class JobReconciler(
    JobRecovery recovery,
    WorkerRegistry workers,
    DatabaseSettings database,
    WorkerIdentity identity,
    TimeProvider clock,
    IOptions<JobOptions> options,
    ILogger<JobReconciler> logger) : BackgroundService, IHostedLifecycleService
{
    /// <inheritdoc/>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (database.IsShared)
        {
            return;
        }
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
                await workers.ForgetAsync(stoppingToken);
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
