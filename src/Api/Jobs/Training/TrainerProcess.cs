using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using FeedbackService.Api.Storage;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Inference;
using FeedbackService.Training.Datasets;
using FeedbackService.Training.Loop;
using FeedbackService.Training.Options;
using FeedbackService.Training.Progress;

namespace FeedbackService.Api.Jobs.Training;

/// <summary>
/// The role <c>trainer</c>: a process that trains one model, writes progress records to its standard output, and ends when its parent
/// does. It knows no database and no lease.
/// </summary>
internal static class TrainerProcess
{
    private const int Done = 0;
    private const int Failed = 1;

    /// <summary>Runs the training.</summary>
    /// <param name="taskPath">File with a <see cref="TrainerTask"/>.</param>
    /// <returns>0 when the last record says how it ended.</returns>
    public static int Run(string taskPath)
    {
        using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\n" };
        // Nothing else may write between the records.
        Console.SetOut(Console.Error);
        using var stop = new CancellationTokenSource();
        using var interrupt = LeaveToParent(PosixSignal.SIGINT);
        using var terminate = LeaveToParent(PosixSignal.SIGTERM);
        ListenToParent(stop);
        try
        {
            var task = TrainerTask.Load(taskPath);
            var plan = Prepare(task);
            new Trainer(plan, progress => output.WriteLine(ProgressJson.Write(progress)), TimeProvider.System).Run(stop.Token);
            return Done;
        }
        catch (Exception fault) when (Describe(fault) is { } failure)
        {
            output.WriteLine(ProgressJson.Write(failure));
            return Done;
        }
        catch (Exception fault)
        {
            // The edge of the process: the parent keeps this for the operator's log.
            Console.Error.WriteLine(fault);
            return Failed;
        }
    }

    // Ctrl-C in a terminal, and supervisors that signal a whole group, reach this process as well as its parent. The parent then asks for
    // a checkpoint; to end before it asks would lose the steps since the last one.
    private static PosixSignalRegistration LeaveToParent(PosixSignal signal) => PosixSignalRegistration.Create(signal, context => context.Cancel = true);

    private static TrainingPlan Prepare(TrainerTask task)
    {
        if (task.YieldsToServing)
        {
            using var self = Process.GetCurrentProcess();
            // Before libtorch starts its threads, which inherit it.
            self.PriorityClass = ProcessPriorityClass.BelowNormal;
        }
        if (task.TorchNative is not null)
        {
            TorchRuntime.UseNativeDirectory(task.TorchNative);
        }
        TorchRuntime.SetThreads(task.Plan.Threads);
        var device = TorchRuntime.ParseDevice(task.Plan.Device);
        return task.Plan with { Device = device.ToString() };
    }

    // The pipe closes when the parent ends, however it ends. The kernel's PR_SET_PDEATHSIG would not do: it fires when the
    // parent's thread that started this process ends, and thread-pool threads come and go.
    private static void ListenToParent(CancellationTokenSource stop)
    {
        var listener = new Thread(() =>
        {
            while (Console.In.ReadLine() is { } line)
            {
                if (line == TrainerCommand.Stop)
                {
                    stop.Cancel();
                }
            }
            using var self = Process.GetCurrentProcess();
            // Not Exit: it waits for what the native side is doing.
            self.Kill();
        })
        {
            IsBackground = true,
            Name = "parent",
        };
        listener.Start();
    }

    private static TrainingFailed? Describe(Exception fault) => fault switch
    {
        InvalidOptionsException options => new TrainingFailed("invalid_hyperparameters", options.Message, options.Errors.Keys.First()),
        TrainingDataException data => new TrainingFailed(data.Code, data.Message, data.Parameter),
        UnreadableDatasetException file => new TrainingFailed(file.Code, file.Message, "training_file"),
        ColumnMappingException columns => new TrainingFailed(columns.Code, columns.Message, "training_file"),
        DivergedTrainingException diverged => new TrainingFailed(DivergedTrainingException.Code, diverged.Message),
        InvalidArtifactException artifact => new TrainingFailed("model_damaged", artifact.Message, "model"),
        TorchNotLoadedException torch => new TrainingFailed("torch_not_loaded", torch.Message),
        DeviceNotAvailableException device => new TrainingFailed("device_not_available", device.Message),
        OutOfMemoryException => OutOfMemory(),
        // libtorch reports through one exception type; its allocators say it in these words.
        ExternalException native when IsOutOfMemory(native.Message) => OutOfMemory(),
        IOException disk when DiskSpace.IsExhausted(disk) => new TrainingFailed("disk_full", "The disk of the service is full. Free some space, then create the job again."),
        _ => null,
    };

    private static bool IsOutOfMemory(string message) =>
        message.Contains("out of memory", StringComparison.OrdinalIgnoreCase) || message.Contains("can't allocate memory", StringComparison.OrdinalIgnoreCase);

    private static TrainingFailed OutOfMemory() =>
        new("out_of_memory", "The training needs more memory than there is. Lower batch_size or max_tokens, or choose a smaller preset.");
}
