using System.Reflection;
using System.Text.Json.Nodes;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Configuration;
using static TorchSharp.torch;

namespace FeedbackService.Training.Loop;

/// <summary>What a training leaves behind.</summary>
internal static class TrainingArtifact
{
    /// <summary>Name of the evaluation report among the artifact's files.</summary>
    public const string ReportFile = "report.json";

    private const string Unfinished = ".partial";

    // What the manifest shows of the report, so that lists of versions need not open it.
    private static readonly string[] Summary = ["n", "accuracy", "macro_f1", "weighted_f1", "log_loss", "ece", "brier", "mae", "rmse", "rounds", "masked_loss", "perplexity", "masked_accuracy"];

    /// <summary>Writes configuration and tokenizer, which make weights a model, into a folder.</summary>
    public static void Describe(TrainingSetup setup, string folder)
    {
        File.WriteAllBytes(Path.Combine(folder, ArtifactFiles.Config), JsonFiles.ToBytes(setup.Task.Config));
        setup.Tokenizer.Save(folder);
    }

    /// <summary>Writes the finished artifact, of a training with an adapter its own weights alone, under another name, then renames it.</summary>
    /// <exception cref="IOException">The disk is full or cannot be written.</exception>
    public static void Write(TrainingSetup setup, TaskResult result, DateTimeOffset now)
    {
        var (target, report) = (Path.GetFullPath(setup.Plan.OutputDirectory), result.Report);
        var staging = target + Unfinished;
        Remove(staging);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var attachments = new Dictionary<string, byte[]>();
        if (report is not null)
        {
            attachments[ReportFile] = JsonFiles.ToBytes(report);
        }

        using (NewDisposeScope())
        {
            ArtifactWriter.Write(staging, new ArtifactContents
            {
                Kind = setup.Task.Kind,
                Base = setup.Task.Kind == ArtifactKind.Adapter ? new ArtifactBase(setup.Plan.BaseName ?? Path.GetFileName(Path.GetFullPath(setup.Plan.BaseArtifact!)), setup.BaseHash!) : null,
                Config = setup.Task.Config,
                Tokenizer = setup.Tokenizer,
                Weights = setup.Task.Weights,
                CreatedAt = now,
                Calibration = result.Calibration,
                Lineage = LineageOf(setup),
                Metrics = report is null ? null : new JsonObject(Summary.Where(report.ContainsKey).Select(name => KeyValuePair.Create(name, report[name]?.DeepClone()))),
                Attachments = attachments,
            });
        }

        Remove(target);
        Directory.Move(staging, target);
        DurableFiles.FlushFolder(Path.GetDirectoryName(target)!);
    }

    private static ArtifactLineage LineageOf(TrainingSetup setup)
    {
        var (plan, source) = (setup.Plan, setup.Source);
        var datasets = new List<ArtifactDataset> { new("training", plan.TrainingFileId, source.TrainingHash, source.Rows.Count) };
        if (source.ValidationHash is not null)
        {
            datasets.Add(new ArtifactDataset("validation", plan.ValidationFileId, source.ValidationHash, source.ValidationRows!.Count));
        }

        return new ArtifactLineage
        {
            JobId = plan.JobId,
            BaseModel = plan.BaseName ?? plan.Preset,
            Datasets = datasets,
            Seed = plan.Seed,
            Hyperparameters = setup.Hyperparameters,
            Versions = new Dictionary<string, string>
            {
                ["feedback_service"] = VersionOf(typeof(Trainer)),
                ["torch_sharp"] = VersionOf(typeof(Tensor)),
                ["libtorch"] = __version__,
            },
            Device = plan.Device,
            Threads = plan.Threads,
        };
    }

    private static string VersionOf(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? type.Assembly.GetName().Version?.ToString() ?? "";

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
