using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Jobs.Workers;

/// <summary>
/// Keeps this process listed as a worker from before its first job until after its last. Its heart beats on a thread of its own, which neither a
/// starved thread pool nor a busy job stops: only a process that is dead or stands still falls silent.
/// </summary>
internal sealed partial class WorkerPresence(
    WorkerRegistry registry,
    WorkerDescription description,
    QueueActivity activity,
    DatabaseSettings database,
    IOptions<WorkerOptions> options,
    ILogger<WorkerPresence> logger) : IHostedLifecycleService, IDisposable
{
    private readonly SemaphoreSlim _wake = new(0);
    private WorkerRow? _row;
    private Thread? _thread;
    private volatile bool _ended;

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _row = description.ToRow(JobQueues.All);
        if (!database.IsShared)
        {
            await registry.RemoveOthersAsync(_row.Id, cancellationToken);
        }
        Beat();
        _thread = new Thread(Keep) { IsBackground = true, Name = "heartbeat", Priority = ThreadPriority.AboveNormal };
        _thread.Start();
    }

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        activity.Drain();
        _wake.Release();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        EndThread();
        if (_row is null)
        {
            return;
        }
        try
        {
            await registry.RemoveAsync(_row.Id, cancellationToken);
        }
        catch (Exception fault)
        {
            // The edge of the process: others forget it after a while.
            LogNotRemoved(logger, fault);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        EndThread();
        _wake.Dispose();
    }

    private void EndThread()
    {
        if (_thread is { } thread)
        {
            _ended = true;
            _wake.Release();
            thread.Join();
            _thread = null;
        }
    }

    private void Keep()
    {
        while (!_ended)
        {
            _wake.Wait(options.Value.HeartbeatEvery);
            if (!_ended)
            {
                Beat();
            }
        }
    }

    private void Beat()
    {
        try
        {
            _row!.Draining = activity.IsDraining;
            registry.Beat(_row);
        }
        catch (Exception fault)
        {
            // The edge of this thread: the next beat may go well.
            LogNotHeard(logger, fault.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "This worker could not say that it is there: {Reason}")]
    private static partial void LogNotHeard(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "This worker could not be taken off the list; it will be forgotten")]
    private static partial void LogNotRemoved(ILogger logger, Exception fault);
}
