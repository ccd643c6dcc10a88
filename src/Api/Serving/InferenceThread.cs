using System.Diagnostics;
using System.Runtime.CompilerServices;
using FeedbackService.Model.Inference;
using static TorchSharp.torch;

namespace FeedbackService.Api.Serving;

/// <summary>
/// The one thread that runs models on a device. It takes the next batch when it is free, so batches grow with the
/// load and nobody waits for a timer.
/// </summary>
internal sealed partial class InferenceThread : IHostedService, IDisposable
{
    // Weight of the newest batch in the smoothed rate.
    private const double Smoothing = 0.1;
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(30);
    private readonly InferenceQueue _queue;
    private readonly Device _device;
    private readonly ServingMetrics _metrics;
    private readonly ILogger<InferenceThread> _logger;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;
    // By loaded model, for as long as it is loaded.
    private readonly ConditionalWeakTable<Predictor, ModelSpeed> _speeds = [];
    private double _tokensPerSecond;

    /// <summary>Prepares the thread; it starts with the host.</summary>
    /// <param name="queue">Where texts wait.</param>
    /// <param name="device">Asked for here, so that one that is not there stops the start and not the first request.</param>
    /// <param name="metrics">Count what it does.</param>
    /// <param name="logger">Told of batches that fail.</param>
    public InferenceThread(InferenceQueue queue, Device device, ServingMetrics metrics, ILogger<InferenceThread> logger)
    {
        _queue = queue;
        _device = device;
        _metrics = metrics;
        _logger = logger;
        _thread = new Thread(Run) { Name = "inference", IsBackground = true };
    }

    /// <summary>Tokens per second of recent batches, smoothed; 0 before the first batch.</summary>
    public double TokensPerSecond => Volatile.Read(ref _tokensPerSecond);

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _thread.Start();
        LogStarted(_logger, _device.ToString());
        return Task.CompletedTask;
    }

    /// <summary>Ends what waits, lets the running batch finish, and ends the thread.</summary>
    /// <exception cref="TimeoutException">The running batch did not finish in time.</exception>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Close();
        if (_thread.ThreadState.HasFlag(System.Threading.ThreadState.Unstarted))
        {
            return;
        }

        await _stopped.Task.WaitAsync(StopDeadline, cancellationToken);
    }

    /// <summary>Ends the thread of a host that did not come to its stop, such as one whose start failed.</summary>
    public void Dispose() => _queue.Close();

    private void Run()
    {
        while (_queue.Take(SpeedOf) is { Count: > 0 } batch)
        {
            RunBatch(batch);
        }

        _stopped.TrySetResult();
    }

    private void RunBatch(IReadOnlyList<InferenceItem> batch)
    {
        try
        {
            var started = Stopwatch.GetTimestamp();
            foreach (var item in batch)
            {
                item.Begin();
            }

            var predictions = batch[0].Predictor.Predict([.. batch.Select(item => item.Tokens)], [.. batch.Select(item => item.Options)]);
            Measure(batch, predictions, started);
            for (var i = 0; i < batch.Count; i++)
            {
                batch[i].Complete(predictions[i]);
            }
        }
#pragma warning disable CA1031 // The edge of a thread: whatever fails belongs to those who asked for it.
        catch (Exception exception) when (batch.Count == 1)
        {
            LogTextFailed(_logger, exception, batch[0].Tokens.Ids.Length);
            _metrics.TextFailed();
            batch[0].Fail(exception);
        }
        catch (Exception exception)
#pragma warning restore CA1031
        {
            // Texts of several callers share a batch; only who sent the one that fails may see it fail.
            LogBatchFailed(_logger, exception, batch.Count);
            foreach (var item in batch)
            {
                RunBatch([item]);
            }
        }
    }

    private double SpeedOf(Predictor predictor) => _speeds.TryGetValue(predictor, out var speed) ? speed.TokensPerSecond : 0;

    private void Measure(IReadOnlyList<InferenceItem> batch, IReadOnlyList<Prediction> predictions, long started)
    {
        var elapsed = Stopwatch.GetElapsedTime(started);
        _metrics.BatchDone(batch, predictions, started, elapsed);
        var tokens = batch.Sum(item => (long)item.Tokens.Ids.Length);
        var rate = tokens / Math.Max(elapsed.TotalSeconds, 1e-6);
        _speeds.GetOrCreateValue(batch[0].Predictor).Add(tokens, elapsed);
        var previous = TokensPerSecond;
        Volatile.Write(ref _tokensPerSecond, previous == 0 ? rate : ((1 - Smoothing) * previous) + (Smoothing * rate));
    }

    [LoggerMessage(LogLevel.Information, "Models run on {Device}")]
    private static partial void LogStarted(ILogger logger, string device);

    [LoggerMessage(LogLevel.Warning, "A batch of {Texts} texts failed on the inference thread and is tried text by text")]
    private static partial void LogBatchFailed(ILogger logger, Exception exception, int texts);

    [LoggerMessage(LogLevel.Error, "A text of {Tokens} tokens failed on the inference thread")]
    private static partial void LogTextFailed(ILogger logger, Exception exception, int tokens);
}
