using FeedbackService.Testing;
using FeedbackService.Testing.Load;

namespace FeedbackService.Faults.Tests;

/// <summary>Machines that share nothing but a database and an S3-compatible store: a worker and the api are killed, and the store goes away for longer than a lease.</summary>
public sealed class ObjectStoreTests
{
    private const int Epochs = 8;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ObjectStore_GoesAway_AndProcessesAreKilled_LosesNothing(bool conditional)
    {
        await using var store = await S3Server.StartAsync(Cancel);
        await using var proxy = conditional ? await ConditionalProxy.StartAsync(store.Address) : null;
        await using var scene = await Scene.CreateAsync(new SceneSettings
        {
            Artifacts = $"s3://{S3Server.Bucket}",
            Stored = store.Stored,
            Environment = new Dictionary<string, string>
            {
                ["S3__Endpoint"] = (proxy?.Address ?? store.Address).ToString(),
                ["S3__AccessKey"] = S3Server.Key,
                ["S3__SecretKey"] = S3Server.Key,
            },
        });
        var api = await scene.Cluster.StartApiAsync(Cancel);
        var first = await scene.Cluster.StartWorkerAsync([], null, Cancel);
        var client = scene.NewClient();
        var file = await client.UploadAsync("fine-tune", "train.csv", TinyJobs.Csv(40, seed: 1), Cancel);
        await client.FineTuneAsync(file, "news", TinyJobs.Hyperparameters(Epochs), Cancel);
        await scene.WaitUntilAsync(image => image.Jobs.All(job => job.IsTerminal));
        var undisturbed = await scene.Checker.WeightsOfAsync("news:1", Cancel);
        var batch = await client.UploadAsync("batch", "requests.jsonl", TinyJobs.BatchLines(200, "news:1", seed: 2), Cancel);
        await scene.Cluster.StartWorkerAsync([], null, Cancel);
        for (var round = 0; round < Extent.Of(1, 10); round++)
        {
            for (var i = 0; i < 3; i++)
            {
                await client.FineTuneAsync(file, "news", TinyJobs.Hyperparameters(Epochs), Cancel);
                await client.BatchAsync(batch, Cancel);
                await client.EvaluateAsync("news:1", file, Cancel);
            }
            await store.StopAsync();
            var late = client.UploadAsync("fine-tune", "more.csv", TinyJobs.Csv(20, seed: round), Cancel);
            await Task.Delay(TimeSpan.FromSeconds(8), Cancel);
            await store.StartAgainAsync(Cancel);
            await first.KillAllAsync();
            await api.KillAsync();
            await scene.Cluster.RestartAsync(first);
            await scene.Cluster.RestartAsync(api);
            await late;
            await scene.WaitUntilAsync(image => image.Jobs.All(job => job.IsTerminal));
        }

        await scene.AssertIntactAsync(TimeSpan.FromHours(1));
        var image = await scene.Checker.ReadAsync(Cancel);
        Assert.All(image.Jobs, job => Assert.Equal("Succeeded", job.State));
        foreach (var version in image.Versions)
        {
            Assert.Equal(undisturbed, await scene.Checker.WeightsOfAsync(version.Address, Cancel));
        }
        Report.Write(
            "S3", $"two workers and an api on an S3 store {(conditional ? "with" : "without")} conditional writes, away {Extent.Of(1, 10)} times for 8 s, then a worker and the api killed, {image.Jobs.Count} jobs; lost, doubled, wrong: 0");
    }
}
