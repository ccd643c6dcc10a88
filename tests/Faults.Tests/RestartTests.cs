using FeedbackService.Testing.Load;

namespace FeedbackService.Faults.Tests;

/// <summary>A 8: the embedded queue lives in memory; what waited when the process died is rung for again.</summary>
public sealed class RestartTests
{
    private static readonly TimeSpan FirstClaim = TimeSpan.FromSeconds(5);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A08_ThousandQueuedJobs_AreTakenUpAfterAKill_WithinSeconds()
    {
        const int jobs = 1000;
        await using var scene = Scene.Create(new SceneSettings());
        var node = await scene.Cluster.StartAllAsync(Cancel);
        var client = scene.NewClient();
        var file = await client.UploadAsync("fine-tune", "train.csv", TinyJobs.Csv(40, seed: 1), Cancel);
        await client.FineTuneAsync(file, "news", TinyJobs.Hyperparameters(2), Cancel);
        await scene.WaitUntilAsync(image => image.Jobs.All(job => job.IsTerminal));
        // They come in faster than they are done.
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            for (var i = 0; i < jobs / 4; i++)
            {
                await client.EvaluateAsync("news:1", file, Cancel);
            }
        }));
        await node.KillAllAsync();
        var waiting = (await scene.Checker.ReadAsync(Cancel)).Jobs.Count(job => job.State == "Queued");
        Assert.InRange(waiting, jobs / 2, jobs);
        var claims = (await scene.Checker.ReadAsync(Cancel)).Events.Count(line => line.Message.StartsWith("Job started", StringComparison.Ordinal));

        await scene.Cluster.RestartAsync(node);
        await node.WaitUntilReadyAsync(Cancel);
        await scene.WaitUntilAsync(image => image.Events.Count(line => line.Message.StartsWith("Job started", StringComparison.Ordinal)) > claims, FirstClaim);
        await scene.AssertIntactAsync(TimeSpan.FromHours(1), TimeSpan.FromMinutes(10));
        Assert.All((await scene.Checker.ReadAsync(Cancel)).Jobs, job => Assert.Equal("Succeeded", job.State));
        Report.Write("A08", $"killed with {waiting} jobs waiting: the first was taken up within {FirstClaim.TotalSeconds} s of readiness, all succeeded");
    }
}
