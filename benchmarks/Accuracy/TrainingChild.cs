using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using FeedbackService.Model.Inference;
using FeedbackService.Training.Datasets;
using FeedbackService.Training.Loop;
using FeedbackService.Training.Progress;

namespace FeedbackService.Accuracy;

/// <summary>One training in a process of its own: libtorch's seed and threads belong to the process.</summary>
internal static class TrainingChild
{
    /// <summary>First argument of such a process.</summary>
    public const string Mode = "--train";

    private const int BatchSize = 64;

    /// <summary>Trains, classifies the test part, and writes the result to standard output.</summary>
    public static int Run(string order)
    {
        var run = JsonSerializer.Deserialize<RunOrder>(order)!;
        var checkpoints = Directory.CreateTempSubdirectory();
        try
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(Train(run, checkpoints.FullName)));
            return 0;
        }
        finally
        {
            checkpoints.Delete(recursive: true);
        }
    }

    /// <summary>Starts one and waits for its result.</summary>
    public static async Task<RunResult> StartAsync(RunOrder order)
    {
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [Mode, JsonSerializer.Serialize(order)]) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? JsonSerializer.Deserialize<RunResult>(output)!
            : throw new InvalidOperationException($"{order.Study}, {order.Arm}, seed {order.Seed} ended with {process.ExitCode}.");
    }

    private static RunResult Train(RunOrder order, string checkpoints)
    {
        var (began, took) = (TimeSpan.Zero, TimeSpan.Zero);
        TrainingStarted? started = null;
        TrainingFinished? finished = null;
        var plan = new TrainingPlan
        {
            TrainingFile = Path.Combine(order.Data, "train.csv"),
            Preset = order.Preset,
            Hyperparameters = JsonSerializer.SerializeToElement(order.Options),
            Seed = order.Seed,
            Threads = order.Threads,
            CheckpointDirectory = checkpoints,
            CheckpointIntervalSeconds = double.MaxValue,
            OutputDirectory = order.Folder,
        };
        new Trainer(plan, Follow, TimeProvider.System).Run();
        var right = Classify(order);
        return new RunResult
        {
            Study = order.Study,
            Arm = order.Arm,
            Seed = order.Seed,
            Options = order.Options,
            Parameters = started!.Parameters,
            Steps = finished!.Step,
            Seconds = Math.Round(took.TotalSeconds, 1),
            ValidationMacroF1 = finished.Report!["macro_f1"]!.GetValue<double>(),
            Right = [.. right.Select(RunResult.Pack)],
            Texts = right[0].Length,
            Threads = order.Threads,
            Date = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        };

        void Follow(TrainingProgress progress)
        {
            switch (progress)
            {
                case TrainingStarted start:
                    started = start;
                    began = Environment.CpuUsage.TotalTime;
                    break;
                case TrainingFinished end:
                    took = Environment.CpuUsage.TotalTime - began;
                    finished = end;
                    break;
            }
        }
    }

    private static bool[][] Classify(RunOrder order)
    {
        using var predictor = Predictor.Load(order.Folder, TorchSharp.torch.CPU);
        using var reader = DatasetReader.Open(Path.Combine(order.Data, "test.csv"));
        var test = reader.ReadTexts().ToList();
        var right = Enumerable.Range(0, predictor.MaxRounds + 1).Select(_ => new bool[test.Count]).ToArray();
        var labels = predictor.Config.Labels.Select((label, index) => (label, index)).ToDictionary(pair => pair.label, pair => pair.index, StringComparer.Ordinal);
        var texts = test.Select(row => predictor.Tokenize(row.Input)).ToList();
        foreach (var batch in Enumerable.Range(0, test.Count).OrderBy(text => texts[text].Ids.Length).Chunk(BatchSize))
        {
            var predictions = predictor.Predict([.. batch.Select(text => texts[text])], new PredictionOptions { WithTrace = true });
            for (var i = 0; i < batch.Length; i++)
            {
                foreach (var round in predictions[i].Trace!)
                {
                    var best = Array.IndexOf(round.Probabilities, round.Probabilities.Max());
                    right[round.Round][batch[i]] = labels.GetValueOrDefault(test[batch[i]].Labels[0], -1) == best;
                }
            }
        }

        return right;
    }
}
