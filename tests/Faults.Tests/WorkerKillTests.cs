using FeedbackService.Testing.Load;

namespace FeedbackService.Faults.Tests;

/// <summary>Workers that die while they train.</summary>
public sealed class WorkerKillTests
{
    private const int Jobs = 5;
    private const int Epochs = 12;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Kill_BothWorkersInTurnWhileTheyTrain_LosesNothingAndMakesTheSameWeights()
    {
        await using var scene = await Scene.CreateAsync();
        await scene.Cluster.StartApiAsync(Cancel);
        var first = await scene.Cluster.StartWorkerAsync([], null, Cancel);
        var client = scene.NewClient();
        var file = await client.UploadAsync("fine-tune", "train.csv", TinyJobs.Csv(40, seed: 1), Cancel);
        await client.FineTuneAsync(file, "news", TinyJobs.Hyperparameters(Epochs), Cancel);
        await scene.WaitUntilAsync(image => image.Jobs.All(job => job.IsTerminal));
        var undisturbed = await scene.Checker.WeightsOfAsync("news:1", Cancel);

        var second = await scene.Cluster.StartWorkerAsync([], null, Cancel);
        for (var i = 0; i < Jobs; i++)
        {
            await client.FineTuneAsync(file, "news", TinyJobs.Hyperparameters(Epochs), Cancel);
        }
        foreach (var worker in new[] { first, second })
        {
            var seen = (await scene.Checker.ReadAsync(Cancel)).Metrics.Count;
            await scene.WaitUntilAsync(image => image.Metrics.Count > seen && image.Jobs.Any(job => job.State == "Running"));
            await worker.KillAllAsync();
            await scene.Cluster.RestartAsync(worker);
        }

        await scene.AssertIntactAsync(TimeSpan.FromHours(1));
        for (var version = 2; version <= Jobs + 1; version++)
        {
            Assert.Equal(undisturbed, await scene.Checker.WeightsOfAsync($"news:{version}", Cancel));
        }
    }
}
