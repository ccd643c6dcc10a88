using FeedbackService.Model.Faults;
using FeedbackService.Testing;
using FeedbackService.Testing.Load;

namespace FeedbackService.Faults.Tests;

/// <summary>A 9: the machine goes down at every point at which files get their names, and what was not brought to disk is gone or cut short.</summary>
public sealed class PowerCutTests
{
    private const int Epochs = 6;

    private static readonly string[] Points =
    [
        FaultPoints.FileRowCommitted, FaultPoints.CheckpointRowCommitted, FaultPoints.PublishCommitted, FaultPoints.BatchProgressCommitted, FaultPoints.EvaluationPredictionsWritten,
        FaultPoints.FilePlaced, FaultPoints.TrainerStep, FaultPoints.TrainerCheckpointWritten, FaultPoints.CheckpointFileWritten, FaultPoints.CheckpointPlaced, FaultPoints.TrainerFinished,
        FaultPoints.ArtifactHashed, FaultPoints.FolderFlushed, FaultPoints.FolderRenamed, FaultPoints.ArtifactStored, FaultPoints.PublishBeforeCommit,
        FaultPoints.BatchPartFlushed, FaultPoints.BatchPublished,
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A09_WhatWasNotSynced_IsLostAtEveryPoint_AndNothingThatHasANameIs()
    {
        await using var scene = Scene.Create(new SceneSettings { Arguments = ["--Batches:SaveEvery=00:00:00.05", "--Jobs:CheckpointEvery=00:00:00"] });
        var data = scene.Settings.Data!;
        var marks = scene.Marks;
        var synced = Directory.CreateDirectory(Path.Combine(marks, "synced")).FullName;
        var node = await scene.Cluster.StartAsync("all", [], new Dictionary<string, string> { ["FAULT_SYNCED"] = synced }, Cancel);
        var client = scene.NewClient();
        var file = await client.UploadAsync("fine-tune", "train.csv", TinyJobs.Csv(40, seed: 1), Cancel);
        await client.FineTuneAsync(file, "news", TinyJobs.Hyperparameters(Epochs), Cancel);
        await scene.WaitUntilAsync(image => image.Jobs.All(job => job.IsTerminal));
        var lines = await client.UploadAsync("batch", "lines.jsonl", TinyJobs.BatchLines(400, "news:1", seed: 2), Cancel);

        var points = Points.Take(Extent.Of(5, Points.Length)).ToList();
        var lost = 0;
        foreach (var point in points)
        {
            await node.TerminateAsync(TimeSpan.FromSeconds(60), Cancel);
            await node.StartAsync(new Dictionary<string, string> { ["FAULT"] = $"{point}:1", ["FAULT_ONCE"] = marks, ["FAULT_SYNCED"] = synced });
            await node.WaitUntilReadyAsync(Cancel);
            var asking = AskAsync(client, point, file, lines);
            await scene.Cluster.WaitUntilAsync(_ => Task.FromResult(File.Exists(Path.Combine(marks, $"{point}.1"))), TimeSpan.FromSeconds(60), Cancel);
            // A point of the trainer ends that alone.
            await node.KillAllAsync();
            await scene.Cluster.WaitUntilAsync(_ => Task.FromResult(ServiceProcess.Naming(data).Count == 0), TimeSpan.FromSeconds(60), Cancel);
            lost += PowerCut.Of(data, synced, Extent.Seed + lost).Count;
            await node.StartAsync(new Dictionary<string, string> { ["FAULT_SYNCED"] = synced });
            await node.WaitUntilReadyAsync(Cancel);
            await asking;
            await scene.AssertIntactAsync(TimeSpan.FromHours(1));
        }

        var image = await scene.Checker.ReadAsync(Cancel);
        Assert.All(image.Jobs, job => Assert.Equal("Succeeded", job.State));
        Assert.Single((await Task.WhenAll(image.Versions.Select(version => scene.Checker.WeightsOfAsync(version.Address, Cancel)))).Distinct());
        Assert.True(lost > 0, "Nothing was ever unsynced: the cut does not cut.");
        await scene.AssertSweptAsync();
        Report.Write("A09", $"power cut at {points.Count} points, seed {Extent.Seed}: {lost} unsynced files and entries taken away, {image.Jobs.Count} jobs; lost, doubled, wrong: 0");
    }

    private static Task<string> AskAsync(LoadClient client, string point, string file, string lines)
    {
        if (point.StartsWith("batch.", StringComparison.Ordinal))
        {
            return client.BatchAsync(lines, Cancel);
        }
        return point switch
        {
            FaultPoints.EvaluationPredictionsWritten => client.EvaluateAsync("news:1", file, Cancel),
            FaultPoints.FilePlaced or FaultPoints.FileRowCommitted => client.UploadAsync("fine-tune", "more.csv", TinyJobs.Csv(20, seed: point.Length), Cancel),
            _ => client.FineTuneAsync(file, "news", TinyJobs.Hyperparameters(Epochs), Cancel),
        };
    }
}
