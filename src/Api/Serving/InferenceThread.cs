using System.Diagnostics;

namespace FeedbackService.Api.Serving;

/// <summary>
/// The one thread that runs models on a device. It takes the next batch when it is free, so batches grow with the
/// load and nobody waits for a timer.
/// </summary>
internal sealed partial class InferenceThread : IHostedService
{
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(30);
    private readonly InferenceQueue _queue;
    private readonly ILogger<InferenceThread> _logger;
    // Never disposed: it has no timer, and a second stop may still want to cancel it.
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;
    private double _tokensPerSecond;

    /// <summary>Prepares the thread; it starts with the host.</summary>
    public InferenceThread(InferenceQueue queue, ILogger<InferenceThread> logger)
    {
        _queue = queue;
        _logger = logger;
        _thread = new Thread(Run) { Name = "inference", IsBackground = true };
    }

    /// <summary>Tokens per second of recent batches, smoothed; 0 before the first batch.</summary>
    public double TokensPerSecond => Volatile.Read(ref _tokensPerSecond);

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _thread.Start();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        // A host whose start failed stops what never started, and one torn down in tests stops twice.
        if (!_thread.IsAlive)
        {
            return;
        }

        await _stopping.CancelAsync();
        await _stopped.Task.WaitAsync(StopDeadline, cancellationToken);
    }

    private void Run()
    {
        try
        {
            while (true)
            {
                RunBatch(_queue.Take(_stopping.Token));
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            _stopped.TrySetResult();
        }
    }

    private void RunBatch(IReadOnlyList<InferenceItem> batch)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            var predictions = batch[0].Predictor.Predict([.. batch.Select(item => item.Tokens)], [.. batch.Select(item => item.Options)]);
            for (var i = 0; i < batch.Count; i++)
            {
                batch[i].Complete(predictions[i]);
            }
        }
#pragma warning disable CA1031 // The edge of a thread: a failing batch must not take the others with it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogBatchFailed(_logger, exception, batch.Count);
            foreach (var item in batch)
            {
                item.Fail(exception);
            }
        }

        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var rate = batch.Sum(item => (long)item.Tokens.Ids.Length) / Math.Max(seconds, 1e-6);
        var previous = TokensPerSecond;
        Volatile.Write(ref _tokensPerSecond, previous == 0 ? rate : (0.9 * previous) + (0.1 * rate));
    }

    [LoggerMessage(LogLevel.Error, "A batch of {Texts} texts failed on the inference thread")]
    private static partial void LogBatchFailed(ILogger logger, Exception exception, int texts);
}
