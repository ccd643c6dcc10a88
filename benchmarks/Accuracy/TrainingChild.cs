using System.Globalization;
using System.Text.Json;
using FeedbackService.Training.Loop;

namespace FeedbackService.Accuracy;

/// <summary>One training in a process of its own: libtorch's seed and threads belong to the process.</summary>
internal static class TrainingChild
{
    /// <summary>First argument of such a process.</summary>
    public const string Mode = "--train";

    /// <summary>Trains, and classifies the test part.</summary>
    public static RunResult Run(RunOrder order)
    {
        var checkpoints = Directory.CreateTempSubdirectory();
        try
        {
            return Run(order, checkpoints.FullName);
        }
        finally
        {
            checkpoints.Delete(recursive: true);
        }
    }

    private static RunResult Run(RunOrder order, string checkpoints)
    {
        var trained = MeasuredTraining.Run(new TrainingPlan
        {
            TrainingFile = Path.Combine(order.Data, "train.csv"),
            Preset = order.Preset,
            Hyperparameters = JsonSerializer.SerializeToElement(order.Options),
            Seed = order.Seed,
            Threads = order.Threads,
            CheckpointDirectory = checkpoints,
            CheckpointIntervalSeconds = double.MaxValue,
            OutputDirectory = order.Folder,
        });
        var right = TestPart.Classify(order.Folder, order.Data);
        return new RunResult
        {
            Study = order.Study,
            Arm = order.Arm,
            Seed = order.Seed,
            Options = order.Options,
            Parameters = trained.Parameters,
            Steps = trained.Steps,
            Seconds = trained.Seconds,
            ValidationMacroF1 = trained.Report["macro_f1"]!.GetValue<double>(),
            Right = [.. right.Select(RunResult.Pack)],
            Rounds = trained.Report["rounds"]?.DeepClone().AsArray(),
            Texts = right[0].Length,
            Threads = order.Threads,
            Date = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        };
    }
}
