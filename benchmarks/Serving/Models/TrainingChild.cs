using System.Diagnostics;
using System.Text.Json;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Inference;
using FeedbackService.Training.Loop;
using FeedbackService.Training.Progress;

namespace FeedbackService.ServingBenchmark.Models;

/// <summary>One training in a process of its own: libtorch's seed and threads belong to the process.</summary>
internal static class TrainingChild
{
    /// <summary>First argument of such a process.</summary>
    public const string Mode = "--fit";

    /// <summary>Trains with all processors.</summary>
    public static TrainingResult Run(TrainingOrder order)
    {
        TorchRuntime.SetThreads(Environment.ProcessorCount);
        var before = MatrixProduct.Measure();
        var checkpoints = Directory.CreateTempSubdirectory("serving-benchmark-");
        var steps = new List<(long Tokens, long At)>();
        try
        {
            new Trainer(PlanOf(order, checkpoints.FullName), Follow, TimeProvider.System).Run();
        }
        finally
        {
            checkpoints.Delete(recursive: true);
        }

        var (texts, flopPerToken) = Work(order);
        return new TrainingResult(
            steps[^1].Tokens - steps[0].Tokens, texts, Stopwatch.GetElapsedTime(steps[0].At, steps[^1].At).TotalSeconds, flopPerToken, [before, MatrixProduct.Measure()]);

        void Follow(TrainingProgress progress)
        {
            if (progress is StepTaken step)
            {
                steps.Add((step.TrainedTokens, Stopwatch.GetTimestamp()));
            }
            else if (progress is EvaluationMade evaluation)
            {
                // Standard output is for the result.
                Console.Error.WriteLine($"{order.Preset}: step {evaluation.Step}, validation accuracy {evaluation.Accuracy:P2}");
            }
        }
    }

    private static TrainingPlan PlanOf(TrainingOrder order, string checkpoints) => new()
    {
        TrainingFile = order.TrainingFile,
        ValidationFile = order.ValidationFile,
        Preset = order.Preset,
        Hyperparameters = JsonSerializer.SerializeToElement(order.Options),
        Seed = 1,
        Threads = Environment.ProcessorCount,
        CheckpointDirectory = checkpoints,
        CheckpointIntervalSeconds = double.MaxValue,
        OutputDirectory = order.Folder,
    };

    private static (int Texts, double FlopPerToken) Work(TrainingOrder order)
    {
        var artifact = ArtifactReader.Open(order.Folder);
        var (config, tokenizer) = (artifact.ReadConfig(), artifact.ReadTokenizer());
        var lengths = TestSet.Read(order.TrainingFile).Inputs.Select(input => tokenizer.Encode(input, config.MaxTokens).Ids.Length).ToList();
        return (lengths.Count, lengths.Sum(length => ModelWork.OfText(config, length)) / lengths.Sum());
    }
}
