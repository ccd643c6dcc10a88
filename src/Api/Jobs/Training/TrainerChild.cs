using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using FeedbackService.Training.Progress;

namespace FeedbackService.Api.Jobs.Training;

/// <summary>A running training process, seen from its worker. Disposing kills it if it still runs.</summary>
internal sealed partial class TrainerChild : IAsyncDisposable
{
    private const int KeptErrorLines = 40;

    private readonly Process _process;
    private readonly ILogger _logger;
    private readonly Queue<string> _errors = new();

    private TrainerChild(Process process, ILogger logger)
    {
        (_process, _logger) = (process, logger);
        process.ErrorDataReceived += (_, line) => KeepError(line.Data);
        process.BeginErrorReadLine();
    }

    /// <summary>Exit code once <see cref="ReadAsync"/> has ended.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Last lines of its standard error, for the operator's log.</summary>
    public string Errors
    {
        get
        {
            lock (_errors)
            {
                return string.Join(Environment.NewLine, _errors);
            }
        }
    }

    /// <summary>Starts it.</summary>
    /// <param name="task">What it shall do.</param>
    /// <param name="taskPath">File to write that to.</param>
    /// <param name="logger">For the operator.</param>
    /// <exception cref="WorkerLostException">It cannot be started here.</exception>
    public static TrainerChild Start(TrainerTask task, string taskPath, ILogger logger)
    {
        task.Save(taskPath);
        var command = TrainerCommand.For(taskPath, task.Plan.Threads);
        var child = new TrainerChild(Launch(command), logger);
        LogStarted(logger, child._process.Id, taskPath);
        return child;
    }

    private static Process Launch(ProcessStartInfo command)
    {
        try
        {
            return Process.Start(command)!;
        }
        catch (System.ComponentModel.Win32Exception refused)
        {
            throw new WorkerLostException($"The training process cannot be started on this worker: {refused.Message}.");
        }
    }

    /// <summary>Its records, until it ends.</summary>
    public async IAsyncEnumerable<TrainingProgress> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await _process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            if (Parse(line) is { } progress)
            {
                yield return progress;
            }
        }
        await _process.WaitForExitAsync(cancellationToken);
    }

    /// <summary>Asks it to write a checkpoint and end.</summary>
    public void RequestStop()
    {
        try
        {
            _process.StandardInput.WriteLine(TrainerCommand.Stop);
            _process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // It has ended already.
        }
    }

    /// <summary>Ends it at once.</summary>
    public void Kill()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private TrainingProgress? Parse(string line)
    {
        try
        {
            return ProgressJson.Read(line);
        }
        catch (JsonException)
        {
            // Native code may print to file descriptor 1 past everything; such a line is no record.
            LogStrayLine(_logger, _process.Id, line.Length);
            return null;
        }
    }

    private void KeepError(string? line)
    {
        if (line is null)
        {
            return;
        }
        lock (_errors)
        {
            if (_errors.Count == KeptErrorLines)
            {
                _errors.Dequeue();
            }
            _errors.Enqueue(line);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Training process {ProcessId} started for {TaskPath}")]
    private static partial void LogStarted(ILogger logger, int processId, string taskPath);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Training process {ProcessId} wrote a line of {Length} characters that is no progress record")]
    private static partial void LogStrayLine(ILogger logger, int processId, int length);
}
