using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Training.Loop;
using FeedbackService.Training.Progress;

namespace FeedbackService.Training.Tests.Loop;

/// <summary>A folder with small files to train on, and trainings in it. Each run is a new trainer, as after a restart.</summary>
internal sealed class TrainingBench : IDisposable
{
    private static readonly string[][] Words =
    [
        ["goal", "match", "team", "score", "league", "coach"],
        ["bank", "stock", "market", "price", "trade", "fund"],
        ["rain", "storm", "cloud", "wind", "sunny", "snow"],
    ];

    private static readonly string[] Names = ["sport", "money", "weather"];

    public string Root { get; } = Directory.CreateTempSubdirectory("training-").FullName;

    public List<TrainingProgress> Progress { get; } = [];

    public IEnumerable<StepTaken> Steps => Progress.OfType<StepTaken>();

    public IEnumerable<EvaluationMade> Evaluations => Progress.OfType<EvaluationMade>();

    /// <summary>A model small enough to train in a second; with dropout everywhere, so that randomness matters.</summary>
    public static JsonObject TinyMlp => new()
    {
        ["n_epochs"] = 5,
        ["batch_size"] = 8,
        ["hidden_size"] = 16,
        ["layers"] = 1,
        ["buckets"] = 1024,
        ["rounds"] = 1,
        ["feedback_heads"] = 2,
        ["initial_scale"] = 0.1,
        ["dropout"] = 0.1,
        ["ngram_dropout"] = 0.2,
        ["learning_rate"] = 0.01,
        ["validation_split"] = 0.2,
    };

    public static JsonObject TinyRecurrent => new()
    {
        ["n_epochs"] = 4,
        ["batch_size"] = 8,
        ["hidden_size"] = 16,
        ["layers"] = 1,
        ["vocabulary_size"] = 200,
        ["max_tokens"] = 32,
        ["rounds"] = 1,
        ["feedback_heads"] = 2,
        ["initial_scale"] = 0.1,
        ["dropout"] = 0.1,
        ["learning_rate"] = 0.01,
        ["validation_split"] = 0.2,
    };

    public static JsonObject TinyTransformer => new()
    {
        ["n_epochs"] = 4,
        ["batch_size"] = 8,
        ["hidden_size"] = 16,
        ["layers"] = 2,
        ["heads"] = 2,
        ["vocabulary_size"] = 200,
        ["max_tokens"] = 32,
        ["rounds"] = 2,
        ["feedback_heads"] = 2,
        ["initial_scale"] = 0.1,
        ["dropout"] = 0.1,
        ["learning_rate"] = 0.005,
        ["validation_split"] = 0.2,
    };

    /// <summary>Texts of three topics; a share of them carries a wrong label.</summary>
    public string WriteTopics(int rows, double wrong = 0, string name = "train.csv")
    {
        var random = new Random(7);
        var lines = Enumerable.Range(0, rows).Select(row =>
        {
            var topic = row % 3;
            var words = Enumerable.Range(0, random.Next(3, 12)).Select(_ => random.NextDouble() < 0.7 ? Words[topic][random.Next(6)] : Words[random.Next(3)][random.Next(6)]);
            return string.Create(CultureInfo.InvariantCulture, $"{string.Join(' ', words)} {random.Next(1000)},{Names[random.NextDouble() < wrong ? random.Next(3) : topic]}");
        });
        return Write(name, string.Join('\n', lines.Prepend("text,label")));
    }

    public string Write(string name, string content)
    {
        var path = Path.Combine(Root, name);
        File.WriteAllText(path, content);
        return path;
    }

    public TrainingPlan Plan(string trainingFile, JsonObject options, string preset = "mlp", string run = "a", long seed = 42) => new()
    {
        TrainingFile = trainingFile,
        Preset = preset,
        Hyperparameters = JsonSerializer.SerializeToElement(options),
        Seed = seed,
        Threads = 1,
        CheckpointDirectory = Directory.CreateDirectory(Path.Combine(Root, run, "checkpoints")).FullName,
        OutputDirectory = Path.Combine(Root, run, "artifact"),
        CheckpointIntervalSeconds = 0,
    };

    public TrainingProgress Run(TrainingPlan plan, Action<TrainingProgress>? observe = null, CancellationTokenSource? stop = null)
    {
        Progress.Clear();
        var trainer = new Trainer(
            plan,
            progress =>
            {
                Progress.Add(progress);
                observe?.Invoke(progress);
            },
            TimeProvider.System);
        return trainer.Run(stop?.Token ?? TestContext.Current.CancellationToken);
    }

    /// <summary>Stops after so many steps, again and again, and goes on each time, to the end.</summary>
    /// <returns>How often it was stopped.</returns>
    public int RunInPieces(TrainingPlan plan, params ReadOnlySpan<int> steps)
    {
        var stops = 0;
        foreach (var after in steps)
        {
            using var stop = new CancellationTokenSource();
            var taken = 0;
            var last = Run(
                plan,
                progress =>
                {
                    if (progress is StepTaken && ++taken == after)
                    {
                        stop.Cancel();
                    }
                },
                stop);
            if (last is not TrainingCancelled)
            {
                return stops;
            }

            stops++;
        }

        Run(plan);
        return stops;
    }

    /// <summary>A tiny model of a preset, trained on three topics until it knows them.</summary>
    public TrainingPlan Base(string preset, int rounds = 1)
    {
        var options = preset switch
        {
            "mlp" => TinyMlp,
            "transformer-small" => TinyTransformer,
            _ => TinyRecurrent,
        };
        (options["rounds"], options["n_epochs"]) = (rounds, 15);
        var plan = Plan(WriteTopics(120), options, preset, "first");
        Run(plan);
        return plan;
    }

    /// <summary>Goes on from a trained model; for other labels unless asked for the same.</summary>
    public TrainingPlan Onward(TrainingPlan from, JsonObject options, string run, bool sameLabels = false)
    {
        var file = sameLabels ? from.TrainingFile : Write("others.csv", File.ReadAllText(from.TrainingFile).Replace(",sport", ",football", StringComparison.Ordinal));
        return Plan(file, options, run: run) with { Preset = null, BaseArtifact = from.OutputDirectory };
    }

    /// <summary>The bytes of every tensor of the artifact that a training wrote.</summary>
    public static Dictionary<string, byte[]> Tensors(TrainingPlan plan)
    {
        using var weights = ArtifactReader.Open(plan.OutputDirectory).OpenWeights();
        using var scope = TorchSharp.torch.NewDisposeScope();
        return weights.Entries.ToDictionary(entry => entry.Name, entry => weights.Read(entry.Name).bytes.ToArray());
    }

    /// <summary>The numbers of every tensor of an artifact.</summary>
    public static Dictionary<string, float[]> Numbers(string artifact)
    {
        using var weights = ArtifactReader.Open(artifact).OpenWeights();
        using var scope = TorchSharp.torch.NewDisposeScope();
        return weights.Entries.ToDictionary(entry => entry.Name, entry => weights.Read(entry.Name).data<float>().ToArray());
    }

    public static string WeightsHash(TrainingPlan plan) =>
        Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(plan.OutputDirectory, "model.safetensors"))));

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
