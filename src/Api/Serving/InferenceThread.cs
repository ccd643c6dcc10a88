using System.Diagnostics;
using FeedbackService.Model.Inference;
using static TorchSharp.torch;

namespace FeedbackService.Api.Serving;

/// <summary>
/// The one thread that runs models on a device, round by round: after each one, texts that have settled are answered and waiting ones of the same model join. So batches
/// grow with the load and nobody waits for a timer.
/// </summary>
internal sealed partial class InferenceThread : IHostedService, IDisposable
{
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(30);
    private readonly InferenceQueue _queue;
    private readonly Device _device;
    private readonly ServingMetrics _metrics;
    private readonly ILogger<InferenceThread> _logger;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;
    private readonly ModelCosts _costs;
    private readonly RoundBatch?[] _batches = new RoundBatch?[Enum.GetValues<WorkPriority>().Length];

    /// <summary>Prepares the thread; it starts with the host.</summary>
    /// <param name="queue">Where texts wait.</param>
    /// <param name="costs">Told what rounds cost.</param>
    /// <param name="device">Asked for here, so that one that is not there stops the start and not the first request.</param>
    /// <param name="metrics">Count what it does.</param>
    /// <param name="logger">Told of batches that fail.</param>
    public InferenceThread(InferenceQueue queue, ModelCosts costs, Device device, ServingMetrics metrics, ILogger<InferenceThread> logger)
    {
        _queue = queue;
        _costs = costs;
        _device = device;
        _metrics = metrics;
        _logger = logger;
        _thread = new Thread(Run) { Name = "inference", IsBackground = true };
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _thread.Start();
        LogStarted(_logger, _device.ToString());
        return Task.CompletedTask;
    }

    /// <summary>Ends what waits, lets what is under way finish, and ends the thread.</summary>
    /// <exception cref="TimeoutException">What was under way did not finish in time.</exception>
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
        // A model that is loaded at this moment may be measured on few threads, and a new thread gets what any has set last.
        TorchRuntime.RestoreThreads();
        do
        {
            while ((Fill(WorkPriority.Interactive) ?? Fill(WorkPriority.Background)) is { } batch)
            {
                Advance(batch);
            }
        }
        while (_queue.Wait());
        _stopped.TrySetResult();
    }

    // Texts that wait join what is under way; while interactive texts are, background ones rest between two rounds.
    private RoundBatch? Fill(WorkPriority priority)
    {
        ref var batch = ref _batches[(int)priority];
        var joining = batch is null
            ? _queue.Take(priority)
            : _queue.TakeJoining((batch.Predictor, batch.Count, batch.Tokens), priority);
        if (joining.Count > 0)
        {
            batch = Join(batch, joining, priority);
        }

        return batch;
    }

    private RoundBatch? Join(RoundBatch? batch, IReadOnlyList<InferenceItem> joining, WorkPriority priority)
    {
        var joined = batch;
        try
        {
            joined ??= new RoundBatch(joining[0].Predictor, priority);
            joined.Add(joining);
            _metrics.Joined(priority, joining);
            return joined;
        }
#pragma warning disable CA1031 // The edge of a thread: whatever fails belongs to those who asked for it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (batch is null)
            {
                joined?.Dispose();
            }

            Recover(joining, exception);
            return batch;
        }
    }

    private void Advance(RoundBatch batch)
    {
        Guard(batch, TakeRound);

        // While interactive texts keep it waiting, nobody else would let those go whose callers have gone: they hold leases.
        if (batch.Priority == WorkPriority.Interactive && _batches[(int)WorkPriority.Background] is { } resting)
        {
            Guard(resting, LetGoOfAbandoned);
        }
    }

    // Leaves an empty batch without anything that has to be disposed, and forgets it.
    private void Guard(RoundBatch batch, Action<RoundBatch> step)
    {
        var items = batch.Items;
        try
        {
            step(batch);
        }
#pragma warning disable CA1031 // The edge of a thread: whatever fails belongs to those who asked for it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            // Those too that had their answers and were not told.
            batch.Forget();
            batch.Dispose();
            Recover([.. items.Where(item => !item.Completion.IsCompleted)], exception);
        }

        if (batch.Count == 0)
        {
            _batches[(int)batch.Priority] = null;
        }
    }

    private void TakeRound(RoundBatch batch)
    {
        batch.DropAbandoned();
        var done = batch.Count == 0 ? [] : Compute(batch);
        if (batch.Count == 0)
        {
            // Before the last caller knows: with its lease the model may go.
            batch.Dispose();
        }

        foreach (var (item, prediction) in done)
        {
            item.Complete(prediction);
        }
    }

    private static void LetGoOfAbandoned(RoundBatch batch)
    {
        batch.DropAbandoned();
        if (batch.Count == 0)
        {
            batch.Dispose();
        }
    }

    private IReadOnlyList<(InferenceItem Item, Prediction Prediction)> Compute(RoundBatch batch)
    {
        var (size, fill, started) = (batch.Size, _queue.FillOf(batch), Stopwatch.GetTimestamp());
        var done = batch.Advance();
        var elapsed = Stopwatch.GetElapsedTime(started);
        var cost = _costs.Of(batch.Predictor);
        cost.Add(size.Tokens, elapsed);
        foreach (var (_, prediction) in done)
        {
            cost.Answered(prediction.Rounds);
        }

        _metrics.RoundDone(size, fill, elapsed);
        _metrics.Answered(batch.Priority, done);
        return done;
    }

    // Texts of several callers share a batch; only who sent the one that fails may see it fail.
    private void Recover(IReadOnlyList<InferenceItem> items, Exception exception)
    {
        if (items is [var single])
        {
            Fail(single, exception);
            return;
        }

        LogBatchFailed(_logger, exception, items.Count);
        foreach (var item in items)
        {
            RunAlone(item);
        }
    }

    private void RunAlone(InferenceItem item)
    {
        RoundBatch? batch = null;
        try
        {
            batch = new RoundBatch(item.Predictor, item.Priority);
            batch.Add([item]);
            while (batch.Count > 0)
            {
                TakeRound(batch);
            }
        }
#pragma warning disable CA1031 // The edge of a thread: whatever fails belongs to those who asked for it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            batch?.Forget();
            batch?.Dispose();
            Fail(item, exception);
        }
    }

    private void Fail(InferenceItem item, Exception exception)
    {
        LogTextFailed(_logger, exception, item.Tokens.Ids.Length);
        _metrics.TextFailed(item);
        item.Fail(exception);
    }

    [LoggerMessage(LogLevel.Information, "Models run on {Device}")]
    private static partial void LogStarted(ILogger logger, string device);

    [LoggerMessage(LogLevel.Warning, "A batch of {Texts} texts failed on the inference thread and is tried text by text")]
    private static partial void LogBatchFailed(ILogger logger, Exception exception, int texts);

    [LoggerMessage(LogLevel.Error, "A text of {Tokens} tokens failed on the inference thread")]
    private static partial void LogTextFailed(ILogger logger, Exception exception, int tokens);
}
