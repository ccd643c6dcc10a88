using FeedbackService.Model.Faults;
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

    public static TheoryData<string> Points =>
    [
        // The second stands still within a transaction that has locked the job: until the database ends that, nobody can take it.
        FaultPoints.ArtifactStored, FaultPoints.PublishBeforeCommit, FaultPoints.BatchPartFlushed,
        .. Extent.IsLong ? [FaultPoints.ArtifactHashed, FaultPoints.CheckpointPlaced, FaultPoints.EvaluationPredictionsWritten] : Array.Empty<string>(),
    ];

    [Theory]
    [MemberData(nameof(Points))]
    public async Task A03_WorkerThatStandsStillAtAPoint_ChangesNothingWhenItGoesOn(string point)
    {
        await using var scene = await Scene.CreateAsync("--Jobs:CheckpointEvery=00:00:00", "--Batches:SaveEvery=00:00:00.05");
        await scene.Cluster.StartApiAsync(Cancel);
        var client = scene.NewClient();
        var file = await client.UploadAsync("fine-tune", "train.csv", TinyJobs.Csv(40, seed: 1), Cancel);
        var sound = await scene.Cluster.StartWorkerAsync([], null, Cancel);
        await client.FineTuneAsync(file, "news", TinyJobs.Hyperparameters(6), Cancel);
        await scene.WaitUntilAsync(image => image.Jobs.All(row => row.IsTerminal));
        var lines = await client.UploadAsync("batch", "lines.jsonl", TinyJobs.BatchLines(400, "news:1", seed: 2), Cancel);
        await sound.TerminateAsync(TimeSpan.FromSeconds(60), Cancel);
        var zombie = await scene.Cluster.StartWorkerAsync([], new Dictionary<string, string> { ["FAULT"] = $"{point}:1:stop", ["FAULT_ONCE"] = scene.Marks }, Cancel);
        var job = await (point switch
        {
            FaultPoints.BatchPartFlushed => client.BatchAsync(lines, Cancel),
            FaultPoints.EvaluationPredictionsWritten => client.EvaluateAsync("news:1", file, Cancel),
            _ => client.FineTuneAsync(file, "news", TinyJobs.Hyperparameters(6), Cancel),
        });
        await scene.Cluster.WaitUntilAsync(_ => Task.FromResult(File.Exists(Path.Combine(scene.Marks, $"{point}.1"))), TimeSpan.FromSeconds(60), Cancel);
        await scene.Cluster.RestartAsync(sound);
        await scene.WaitUntilAsync(image => image.Jobs.All(row => row.IsTerminal));
        var before = await scene.Checker.ReadAsync(Cancel);
        zombie.Thaw();
        await scene.Cluster.WaitUntilAsync(
            _ => Task.FromResult(zombie.Output.Contains($"{job}, epoch 1: lease lost", StringComparison.Ordinal)), TimeSpan.FromSeconds(60), Cancel);

        await scene.AssertIntactAsync(TimeSpan.FromHours(1));
        var after = await scene.Checker.ReadAsync(Cancel);
        Assert.Equal(before.Files, after.Files);
        Assert.Equal((before.Versions.Count, before.Checkpoints.Count, before.Metrics.Count), (after.Versions.Count, after.Checkpoints.Count, after.Metrics.Count));
        Assert.All(after.Jobs, row => Assert.Equal("Succeeded", row.State));
        Report.Write("A03", $"a worker stands still at {point} past its lease, another finishes, it goes on; changed by it: 0");
    }
}
