using FeedbackService.Model.Faults;
using FeedbackService.Testing;
using FeedbackService.Testing.Load;

namespace FeedbackService.Faults.Tests;

/// <summary>A 5: SIGTERM gives a job back at its next step; dying meanwhile, or being told twice, loses nothing.</summary>
public sealed class DrainTests
{
    private const int Epochs = 80;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null)]
    [InlineData(FaultPoints.DrainCheckpointAsked)]
    [InlineData(FaultPoints.DrainReleased)]
    public async Task A05_Drain_GivesTheJobToAnother_EvenIfKilledOnTheWay(string? point)
    {
        await using var scene = await Scene.CreateAsync();
        await scene.Cluster.StartApiAsync(Cancel);
        var client = scene.NewClient();
        var file = await client.UploadAsync("fine-tune", "train.csv", TinyJobs.Csv(40, seed: 1), Cancel);
        var fault = point is null ? null : new Dictionary<string, string> { ["FAULT"] = $"{point}:1" };
        var drained = await scene.Cluster.StartWorkerAsync([], fault, Cancel);
        var job = await client.FineTuneAsync(file, "news", TinyJobs.Hyperparameters(Epochs), Cancel);
        await scene.WaitUntilAsync(image => image.Metrics.Count > 0);
        drained.Process.Send(ProcessSignal.Terminate);
        if (point is null)
        {
            // Twice: the impatient.
            drained.Process.Send(ProcessSignal.Terminate);
        }
        await scene.Cluster.WaitUntilAsync(_ => Task.FromResult(!drained.Runs), TimeSpan.FromSeconds(60), Cancel);
        await scene.Cluster.StartWorkerAsync([], null, Cancel);

        await scene.AssertIntactAsync(TimeSpan.FromHours(1));
        var image = await scene.Checker.ReadAsync(Cancel);
        Assert.Equal("Succeeded", image.Jobs.Single().State);
        Assert.Single(image.Versions);
        if (point is null)
        {
            Assert.Contains(image.Events, line => line.JobId == job && line.Message.Contains("The service stops", StringComparison.Ordinal));
        }
        Report.Write("A05", $"SIGTERM while training, {(point is null ? "twice" : $"killed at {point}")}; lost, doubled: 0");
    }

    [Fact]
    public async Task A05_TrainerThatDoesNotStop_IsKilled_AndItsJobGivenToAnother()
    {
        await using var scene = await Scene.CreateAsync();
        await scene.Cluster.StartApiAsync(Cancel);
        var client = scene.NewClient();
        var file = await client.UploadAsync("fine-tune", "train.csv", TinyJobs.Csv(40, seed: 1), Cancel);
        var drained = await scene.Cluster.StartWorkerAsync([], null, Cancel);
        await client.FineTuneAsync(file, "news", TinyJobs.Hyperparameters(Epochs), Cancel);
        await scene.WaitUntilAsync(image => image.Metrics.Count > 0);
        var trainer = ProcessTree.Of(drained.Process.Id).Skip(1).First();
        ProcessTree.Send(trainer, ProcessSignal.Stop);
        await drained.TerminateAsync(TimeSpan.FromSeconds(30), Cancel);
        Assert.Equal(0, drained.Process.ExitCode);
        await scene.Cluster.StartWorkerAsync([], null, Cancel);

        await scene.AssertIntactAsync(TimeSpan.FromHours(1));
        Assert.Equal("Succeeded", (await scene.Checker.ReadAsync(Cancel)).Jobs.Single().State);
        Report.Write("A05", "SIGTERM while the trainer stands still: it is killed after its grace, another worker goes on; lost, doubled: 0");
    }
}
