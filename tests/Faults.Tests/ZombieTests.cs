using FeedbackService.Testing.Load;

namespace FeedbackService.Faults.Tests;

/// <summary>A 3: a worker stands still for longer than its lease, another finishes its job, then the first goes on.</summary>
public sealed class ZombieTests
{
    private const int Epochs = 80;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A03_Zombie_ChangesNothing_AndLeavesItsJob()
    {
        var rounds = Extent.Of(1, 20);
        await using var scene = await Scene.CreateAsync();
        await scene.Cluster.StartApiAsync(Cancel);
        var client = scene.NewClient();
        var file = await client.UploadAsync("fine-tune", "train.csv", TinyJobs.Csv(40, seed: 1), Cancel);
        var first = await scene.Cluster.StartWorkerAsync([], null, Cancel);
        var second = await scene.Cluster.StartWorkerAsync([], null, Cancel);
        for (var round = 1; round <= rounds; round++)
        {
            var job = await client.FineTuneAsync(file, "news", TinyJobs.Hyperparameters(Epochs), Cancel);
            var steps = 0;
            string? owner = null;
            await scene.WaitUntilAsync(image =>
            {
                owner = image.Jobs.Single(row => row.Id == job) is { State: "Running", LeaseOwner: { } held } ? held : null;
                steps = image.Metrics.Count(metric => metric.JobId == job);
                return owner is not null && steps > 0;
            });
            var zombie = owner!.Contains($":{first.Process.Id}:", StringComparison.Ordinal) ? first : second;
            zombie.Freeze();
            await scene.WaitUntilAsync(image => image.Jobs.All(row => row.IsTerminal));
            zombie.Thaw();
            await scene.Cluster.WaitUntilAsync(
                _ => Task.FromResult(zombie.Output.Contains($"{job}, epoch 1: lease lost", StringComparison.Ordinal)), TimeSpan.FromSeconds(60), Cancel);
        }

        await scene.AssertIntactAsync(TimeSpan.FromHours(1));
        var versions = (await scene.Checker.ReadAsync(Cancel)).Versions;
        Assert.Equal(rounds, versions.Count);
        var weights = await Task.WhenAll(versions.Select(version => scene.Checker.WeightsOfAsync(version.Address, Cancel)));
        Assert.Single(weights.Distinct());
        Report.Write("A03", $"{rounds} zombies; changed by them: 0");
    }
}
