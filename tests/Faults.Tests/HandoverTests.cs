using FeedbackService.Testing.Load;

namespace FeedbackService.Faults.Tests;

/// <summary>What a worker was doing when it was told to end. Leases are longer here than a test waits: what is taken up was given back.</summary>
public sealed class HandoverTests
{
    private const int Epochs = 40;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(100);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Terminate_WhileItTrains_HandsTheJobToAnotherAtOnce_AndItMakesTheSameWeights()
    {
        await using var scene = await Scene.CreateAsync("--Jobs:LeaseDuration=00:30:00");
        await scene.Cluster.StartApiAsync(Cancel);
        var worker = await scene.Cluster.StartWorkerAsync([], null, Cancel);
        var client = scene.NewClient();
        var file = await client.UploadAsync("fine-tune", "train.csv", TinyJobs.Csv(40, seed: 1), Cancel);
        await client.FineTuneAsync(file, "news", TinyJobs.Hyperparameters(Epochs), Cancel);
        await scene.WaitUntilAsync(image => image.Jobs.All(job => job.IsTerminal));
        var seen = (await scene.Checker.ReadAsync(Cancel)).Metrics.Count;
        await client.FineTuneAsync(file, "news", TinyJobs.Hyperparameters(Epochs), Cancel);
        await scene.WaitUntilAsync(image => image.Metrics.Count > seen);
        await scene.Cluster.StartWorkerAsync([], null, Cancel);
        await worker.TerminateAsync(Deadline, Cancel);

        Assert.Equal(0, worker.Process.ExitCode);
        await scene.AssertIntactAsync(TimeSpan.FromHours(1));
        Assert.Equal(await scene.Checker.WeightsOfAsync("news:1", Cancel), await scene.Checker.WeightsOfAsync("news:2", Cancel));
        Report.Write("A05", "SIGTERM while training, another worker idle: taken up without waiting for the lease; same weights");
    }
}
