using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Classification;
using FeedbackService.Training.Progress;

namespace FeedbackService.Training.Tests.Loop;

/// <summary>What a training leaves on disk.</summary>
public sealed class TrainingOutputTests : IDisposable
{
    private readonly TrainingBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Checkpoints_AreTheNewestTwoAndTheBest()
    {
        var file = _bench.WriteTopics(90, wrong: 0.6);
        var options = TrainingBench.TinyMlp;
        options["n_epochs"] = 20;
        options["early_stopping_patience"] = 0;
        var plan = _bench.Plan(file, options);

        var finished = Assert.IsType<TrainingFinished>(_bench.Run(plan));

        var written = _bench.Progress.OfType<CheckpointWritten>().Select(checkpoint => checkpoint.Step).ToList();
        var kept = Directory.GetDirectories(plan.CheckpointDirectory).Select(path => long.Parse(Path.GetFileName(path)[5..], null)).Order();
        Assert.Equal(written.TakeLast(2).Append(finished.BestStep).Intersect(written).Distinct().Order(), kept);
    }

    [Fact]
    public void Artifact_HoldsTheBestModelItsCalibrationAndItsOrigin()
    {
        var plan = _bench.Plan(_bench.WriteTopics(90), TrainingBench.TinyMlp) with { JobId = "ftjob-1", TrainingFileId = "file-1" };

        var finished = Assert.IsType<TrainingFinished>(_bench.Run(plan));

        var artifact = ArtifactReader.Open(finished.Directory, ArtifactVerification.Hashes);
        Assert.Equal(["money", "sport", "weather"], artifact.ReadConfig().Labels);
        Assert.Equal(2, artifact.ReadCalibration(3).Temperatures.Count);
        Assert.Equal(("ftjob-1", "mlp", 42L, 1), (artifact.Manifest.Lineage.JobId, artifact.Manifest.Lineage.BaseModel, artifact.Manifest.Lineage.Seed, artifact.Manifest.Lineage.Threads));
        Assert.Equal(5, artifact.Manifest.Lineage.Hyperparameters!["n_epochs"]!.GetValue<int>());
        Assert.Equal(finished.Report!["accuracy"]!.GetValue<double>(), artifact.Manifest.Metrics!["accuracy"]!.GetValue<double>());
        Assert.NotNull(artifact.Find("report.json"));
        using var model = ClassifierFactory.Create(artifact.ReadConfig());
        artifact.LoadWeights(model);
    }
}
