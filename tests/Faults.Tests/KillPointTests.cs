using FeedbackService.Model.Faults;
using FeedbackService.Testing.Load;

namespace FeedbackService.Faults.Tests;

/// <summary>A 1: a process kills itself at every named point of a job's life; whoever comes after it goes on, and nothing is lost or doubled.</summary>
public sealed class KillPointTests
{
    private const int Epochs = 6;

    // Out of reach of a job: these happen at the end of a worker, which has tests of its own.
    private static readonly string[] Elsewhere = [FaultPoints.DrainCheckpointAsked, FaultPoints.DrainReleased];

    private static readonly string[] OfApis = [FaultPoints.JobInserted, FaultPoints.JobRung, FaultPoints.FilePlaced, FaultPoints.FileRowCommitted, FaultPoints.SweepTakenOut];

    private static readonly string[] OfBatches = [FaultPoints.BatchPartFlushed, FaultPoints.BatchProgressCommitted, FaultPoints.BatchPublished];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A01_KillAtEveryPoint_LosesNothing_AndMakesTheSameWeights()
    {
        await using var scene = await Scene.CreateAsync("--Batches:SaveEvery=00:00:00.05", "--Jobs:CheckpointEvery=00:00:00");
        var api = await scene.Cluster.StartApiAsync(Cancel);
        var client = scene.NewClient();
        var file = await client.UploadAsync("fine-tune", "train.csv", TinyJobs.Csv(40, seed: 1), Cancel);
        await client.FineTuneAsync(file, "news", TinyJobs.Hyperparameters(Epochs), Cancel);
        var worker = await scene.Cluster.StartWorkerAsync([], null, Cancel);
        await scene.WaitUntilAsync(image => image.Jobs.All(job => job.IsTerminal));
        var lines = await client.UploadAsync("batch", "lines.jsonl", TinyJobs.BatchLines(400, "news:1", seed: 2), Cancel);

        var reached = new List<string>();
        foreach (var point in FaultPoints.All.Except(Elsewhere))
        {
            var dying = OfApis.Contains(point) ? api : worker;
            await dying.TerminateAsync(TimeSpan.FromSeconds(60), Cancel);
            await dying.StartAsync(new Dictionary<string, string> { ["FAULT"] = $"{point}:1", ["FAULT_ONCE"] = scene.Marks });
            await dying.WaitUntilReadyAsync(Cancel);
            var asking = AskAsync(client, point, file, lines);
            // A trainer dies alone; everybody else takes the process along.
            await scene.Cluster.WaitUntilAsync(
                _ => Task.FromResult(File.Exists(Path.Combine(scene.Marks, $"{point}.1")) && (!dying.Runs || point.StartsWith("trainer.", StringComparison.Ordinal))),
                TimeSpan.FromSeconds(60),
                Cancel);
            reached.Add(point);
            if (!dying.Runs)
            {
                await scene.Cluster.RestartAsync(dying);
                await dying.WaitUntilReadyAsync(Cancel);
            }
            await asking;
            await scene.WaitUntilAsync(image => image.Jobs.All(job => job.IsTerminal));
        }

        await scene.AssertIntactAsync(TimeSpan.FromHours(1));
        var image = await scene.Checker.ReadAsync(Cancel);
        Assert.All(image.Jobs, job => Assert.Equal("Succeeded", job.State));
        var weights = await scene.Checker.WeightsOfAsync("news:1", Cancel);
        foreach (var version in image.Versions)
        {
            Assert.Equal(weights, await scene.Checker.WeightsOfAsync(version.Address, Cancel));
        }
        await scene.AssertSweptAsync();
        Report.Write("A01", $"killed once at each of {reached.Count} points, {image.Jobs.Count} jobs; lost, doubled, wrong: 0");
    }

    private static async Task AskAsync(LoadClient client, string point, string file, string lines)
    {
        if (OfBatches.Contains(point))
        {
            await client.BatchAsync(lines, Cancel);
        }
        else if (point == FaultPoints.EvaluationPredictionsWritten)
        {
            await client.EvaluateAsync("news:1", file, Cancel);
        }
        else if (point == FaultPoints.SweepTakenOut)
        {
            var unneeded = await client.UploadAsync("fine-tune", "unneeded.csv", TinyJobs.Csv(10, seed: 77), Cancel);
            await client.DeleteFileAsync(unneeded, Cancel);
        }
        else if (point is FaultPoints.FilePlaced or FaultPoints.FileRowCommitted)
        {
            await client.UploadAsync("fine-tune", "more.csv", TinyJobs.Csv(20, seed: point.Length), Cancel);
        }
        else
        {
            await client.FineTuneAsync(file, "news", TinyJobs.Hyperparameters(Epochs), Cancel);
        }
    }
}
