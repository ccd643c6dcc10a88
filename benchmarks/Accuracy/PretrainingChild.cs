using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FeedbackService.Training.Datasets;
using FeedbackService.Training.Loop;
using FeedbackService.Training.Options;

namespace FeedbackService.Accuracy;

/// <summary>Pre-trains on the texts of a set, then trains classifiers with all labels and with few, from the encoder and from nothing.</summary>
internal static class PretrainingChild
{
    /// <summary>First argument of such a process.</summary>
    public const string Mode = "--pretrain";

    /// <summary>The preset that all start from.</summary>
    public const string Preset = "transformer-small";

    private const int Few = 1000;

    // The preset's, said for both: a registered model has defaults of its own.
    private static JsonObject Supervised => new()
    {
        ["rounds"] = 0,
        ["pooling"] = "mean_max",
        ["learning_rate"] = 5e-4,
        ["scheduler"] = "linear",
        ["max_tokens"] = 128,
    };

    /// <summary>Runs one comparison.</summary>
    public static PretrainingResult Run(PretrainingOrder order)
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var everything = Path.Combine(order.Data, "train.csv");
            var few = WriteFew(order, everything, folder);
            var encoder = Path.Combine(folder.FullName, "encoder");
            var pretrained = MeasuredTraining.Run(Plan(order, everything, folder, "encoder") with
            {
                Preset = Preset,
                Method = TrainingMethods.MaskedLanguageModeling,
                Hyperparameters = JsonSerializer.SerializeToElement(order.Epochs is { } epochs ? new JsonObject { ["n_epochs"] = epochs } : []),
            });
            var arms = new List<PretrainingArm>();
            foreach (var (labels, file) in new (int?, string)[] { (null, everything), (Few, few) })
            {
                foreach (var from in new[] { null, encoder })
                {
                    var name = $"{labels}-{from is null}";
                    var plan = Plan(order, file, folder, name) with { Hyperparameters = JsonSerializer.SerializeToElement(Supervised) };
                    var trained = MeasuredTraining.Run(from is null ? plan with { Preset = Preset } : plan with { BaseArtifact = from });
                    var right = TestPart.Classify(plan.OutputDirectory, order.Data)[^1];
                    arms.Add(new PretrainingArm(labels, from is not null, right.Count(one => one) / (double)right.Length, trained.Seconds));
                }
            }

            return new PretrainingResult
            {
                Set = order.Set,
                Seed = order.Seed,
                Epochs = order.Epochs,
                FirstMaskedLoss = pretrained.FirstMaskedLoss!.Value,
                MaskedLoss = pretrained.Report["masked_loss"]!.GetValue<double>(),
                MaskedAccuracy = pretrained.Report["masked_accuracy"]!.GetValue<double>(),
                Seconds = pretrained.Seconds,
                Arms = arms,
                Date = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            };
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static TrainingPlan Plan(PretrainingOrder order, string file, DirectoryInfo folder, string name) => new()
    {
        TrainingFile = file,
        Seed = order.Seed,
        Threads = order.Threads,
        CheckpointDirectory = folder.CreateSubdirectory(name + "-checkpoints").FullName,
        CheckpointIntervalSeconds = double.MaxValue,
        OutputDirectory = Path.Combine(folder.FullName, name),
    };

    // Each label in its share, and each at least once.
    private static string WriteFew(PretrainingOrder order, string everything, DirectoryInfo folder)
    {
        using var reader = DatasetReader.Open(everything);
        var rows = reader.ReadTexts().ToList();
        var ids = rows.Select(row => row.Labels[0]).Distinct(StringComparer.Ordinal).Select((label, id) => (label, id)).ToDictionary(pair => pair.label, pair => pair.id, StringComparer.Ordinal);
        var split = StratifiedSplit.Create([.. rows.Select(row => ids[row.Labels[0]])], Few / (double)rows.Count, (ulong)order.Seed);
        var path = Path.Combine(folder.FullName, "few.jsonl");
        File.WriteAllLines(path, split.Validation.Select(row => new JsonObject { ["text"] = rows[row].Input.Text, ["label"] = rows[row].Labels[0] }.ToJsonString()));
        return path;
    }
}
