using FeedbackService.Testing.Load;

namespace FeedbackService.Faults.Tests;

/// <summary>C 17: processes whose clocks differ by minutes and jump while they hold leases. Leases are by the database's clock, self-stops by the monotonic one.</summary>
public sealed class ClockTests
{
    private const int Epochs = 60;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task C17_ClocksTenMinutesApart_AndJumping_TakeNoJobFromItsHolder_AndLoseNone()
    {
        Assert.SkipWhen(WrongClock.Missing is not null, WrongClock.Missing ?? "");
        await using var scene = await Scene.CreateAsync();
        var (ahead, jumps, behind) = (WrongClock.Set(scene.Marks, "api", "+10m"), WrongClock.Set(scene.Marks, "jumping", "+10m"), WrongClock.Set(scene.Marks, "behind", "-10m"));
        await scene.Cluster.StartAsync("api", [], ahead.Environment(), Cancel);
        var jumping = await scene.Cluster.StartWorkerAsync([], jumps.Environment(), Cancel);
        await scene.Cluster.StartWorkerAsync([], behind.Environment("America/New_York"), Cancel);
        var client = scene.NewClient();
        var file = await client.UploadAsync("fine-tune", "train.csv", TinyJobs.Csv(40, seed: 1), Cancel);
        var jobs = Extent.Of(4, 20);
        for (var i = 0; i < jobs; i++)
        {
            await client.FineTuneAsync(file, "news", TinyJobs.Hyperparameters(Epochs), Cancel);
        }
        var times = 0;
        var ended = 0;
        await scene.WaitUntilAsync(image =>
        {
            // Forth, back and over a change of the day and of summer time, at every other job's end.
            if (image.Jobs.Count(job => job.IsTerminal) > ended)
            {
                ended = image.Jobs.Count(job => job.IsTerminal);
                jumps.By((times++ % 3) switch { 0 => "-10m", 1 => "+10h", _ => "+10m" });
            }
            return image.Jobs.All(job => job.IsTerminal);
        });
        var undisturbed = await scene.Checker.ReadAsync(Cancel);
        Assert.DoesNotContain(undisturbed.Events, line => line.Message.Contains("worker was lost", StringComparison.Ordinal));

        // The skew must not hide a real death either.
        var seen = undisturbed.Metrics.Count;
        await client.FineTuneAsync(file, "news", TinyJobs.Hyperparameters(Epochs), Cancel);
        string? owner = null;
        await scene.WaitUntilAsync(image => image.Metrics.Count > seen && (owner = image.Jobs.Single(job => !job.IsTerminal).LeaseOwner) is not null);
        var holder = scene.Cluster.Workers.Single(worker => owner!.Contains($":{worker.Process.Id}:", StringComparison.Ordinal));
        await holder.KillAllAsync();

        await scene.AssertIntactAsync(TimeSpan.FromHours(1));
        var image = await scene.Checker.ReadAsync(Cancel);
        Assert.All(image.Jobs, job => Assert.Equal("Succeeded", job.State));
        Assert.Single((await Task.WhenAll(image.Versions.Select(version => scene.Checker.WeightsOfAsync(version.Address, Cancel)))).Distinct());
        Assert.True(jumping.Starts == 1, "The worker whose clock jumps was started again.");
        Report.Write("C17", $"api 10 min ahead, one worker 10 min behind, the other's clock jumping {times} times, {image.Jobs.Count} jobs, one holder killed; taken from a live holder, lost, doubled: 0");
    }
}
