using FeedbackService.Model.Faults;
using FeedbackService.Testing.Load;

namespace FeedbackService.Faults.Tests;

/// <summary>A 6: a job that ends its process every time is put away after its attempts, and the others go on.</summary>
public sealed class PoisonTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A06_PoisonJob_IsPutAwayWithAReason_AndTheOthersProceed()
    {
        await using var scene = await Scene.CreateAsync("--Jobs:MaxAttempts=3");
        await scene.Cluster.StartApiAsync(Cancel);
        var client = scene.NewClient();
        var file = await client.UploadAsync("fine-tune", "train.csv", TinyJobs.Csv(40, seed: 1), Cancel);
        var poison = await client.FineTuneAsync(file, "news", TinyJobs.Hyperparameters(epochs: 6), Cancel);
        var mad = await scene.Cluster.StartWorkerAsync([], new Dictionary<string, string> { ["FAULT"] = $"{FaultPoints.TrainerStarted}:1:exit" }, Cancel);
        await scene.WaitUntilAsync(image => image.Jobs.Single(job => job.Id == poison).IsTerminal);
        var parked = (await scene.Checker.ReadAsync(Cancel)).Events.Where(line => line.JobId == poison).Select(line => line.Message).ToList();
        Assert.Contains(parked, line => line.Contains("worker_lost", StringComparison.Ordinal) && line.Contains("3 times", StringComparison.Ordinal));

        await mad.TerminateAsync(TimeSpan.FromSeconds(60), Cancel);
        await scene.Cluster.RestartAsync(mad);
        var sound = await client.FineTuneAsync(file, "news", TinyJobs.Hyperparameters(epochs: 6), Cancel);
        await scene.AssertIntactAsync(TimeSpan.FromHours(1));
        var jobs = (await scene.Checker.ReadAsync(Cancel)).Jobs.ToDictionary(job => job.Id, job => job.State);
        Assert.Equal("Failed", jobs[poison]);
        Assert.Equal("Succeeded", jobs[sound]);
        Report.Write("A06", "a job whose trainer aborts each time: failed as worker_lost after 3 attempts; the next job succeeded");
    }
}
