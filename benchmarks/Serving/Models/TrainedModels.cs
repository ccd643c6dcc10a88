using System.Text.Json.Nodes;
using FeedbackService.Accuracy;
using FeedbackService.Model.Checkpoints;

namespace FeedbackService.ServingBenchmark.Models;

/// <summary>The classifiers that are served. Trained when they are first asked for, unless they are given or were trained by an earlier run.</summary>
internal sealed class TrainedModels(Settings settings)
{
    private const string Files = "data";

    // γ at the start: with 0 the loop would first have to be found.
    private static JsonObject Rounds => new() { ["rounds"] = 2, ["feedback"] = "attention", ["fusion"] = "gated", ["initial_scale"] = 0.3 };

    /// <summary>Texts by which thresholds are chosen: no model was trained on them.</summary>
    public TestSet HeldOut => TestSet.Read(Models.HeldOut.Files(settings.SetFolder, Folder(Files)).Validation, settings.Texts);

    /// <summary>Folder of the plain classifier.</summary>
    public async Task<string> PlainAsync() => settings.Artifact ?? await TrainAsync("plain", []);

    /// <summary>Folder of the classifier with two feedback rounds.</summary>
    public async Task<string> WithRoundsAsync() => settings.FeedbackArtifact ?? await TrainAsync("rounds", Rounds);

    private async Task<string> TrainAsync(string name, JsonObject options)
    {
        var folder = Folder(name);
        if (File.Exists(Path.Combine(folder, ArtifactFiles.Manifest)))
        {
            return folder;
        }

        if (settings.Epochs is { } epochs)
        {
            options["n_epochs"] = epochs;
        }

        Console.WriteLine($"Training {folder} …");
        var (training, validation) = Models.HeldOut.Files(settings.SetFolder, Folder(Files));
        await ChildProcess.AskAsync<TrainingOrder, TrainingResult>(
            TrainingChild.Mode,
            new TrainingOrder { TrainingFile = training, ValidationFile = validation, Preset = settings.Preset, Options = options, Folder = folder });
        return folder;
    }

    private string Folder(string name) => Path.Combine(Places.Artifacts, settings.Set, name == Files ? name : $"{settings.Preset}-{name}{(settings.Epochs is { } epochs ? $"-{epochs}-epochs" : "")}");
}
