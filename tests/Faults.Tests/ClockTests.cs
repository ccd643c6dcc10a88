using FeedbackService.Testing.Load;

namespace FeedbackService.Faults.Tests;

/// <summary>C 17: processes whose clocks differ by minutes and jump while they hold leases. Leases are by the database's clock, self-stops by the monotonic one.</summary>
public sealed class ClockTests
{
    private const int Epochs = 60;

    // Of Debian's package faketime; other systems have it elsewhere.
    private static readonly string? Library = new[] { "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib" }
        .SelectMany(folder => new[] { Path.Combine(folder, "faketime", "libfaketimeMT.so.1"), Path.Combine(folder, "libfaketimeMT.so.1") }).FirstOrDefault(File.Exists);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task C17_ClocksTenMinutesApart_AndJumping_TakeNoJobFromItsHolder_AndLoseNone()
    {
        Assert.SkipWhen(Library is null, "libfaketime is not installed: apt-get install faketime.");
        await using var scene = await Scene.CreateAsync();
        var clock = Path.Combine(scene.Marks, "clock");
        await SetAsync(clock, "+10m");
        await scene.Cluster.StartAsync("api", [], Skewed("+10m"), Cancel);
        var jumping = await scene.Cluster.StartWorkerAsync([], Skewed(null, clock), Cancel);
        await scene.Cluster.StartWorkerAsync([], Skewed("-10m", zone: "America/New_York"), Cancel);
        var client = scene.NewClient();
        var file = await client.UploadAsync("fine-tune", "train.csv", TinyJobs.Csv(40, seed: 1), Cancel);
        var jobs = Extent.Of(4, 20);
        for (var i = 0; i < jobs; i++)
        {
            await client.FineTuneAsync(file, "news", TinyJobs.Hyperparameters(Epochs), Cancel);
        }
        var jumps = 0;
        var ended = 0;
        await scene.WaitUntilAsync(image =>
        {
            // Forth, back and over a change of the day and of summer time, at every other job's end.
            if (image.Jobs.Count(job => job.IsTerminal) > ended)
            {
                ended = image.Jobs.Count(job => job.IsTerminal);
                SetAsync(clock, (jumps++ % 3) switch { 0 => "-10m", 1 => "+10h", _ => "+10m" }).Wait(Cancel);
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
        Report.Write("C17", $"api 10 min ahead, one worker 10 min behind, the other's clock jumping {jumps} times, {image.Jobs.Count} jobs, one holder killed; taken from a live holder, lost, doubled: 0");
    }

    // The monotonic clock stays true, as on a machine whose time is set.
    private static Dictionary<string, string> Skewed(string? by, string? file = null, string zone = "UTC")
    {
        var environment = new Dictionary<string, string>
        {
            ["LD_PRELOAD"] = Library!,
            ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
            // Its own repair of waits on conditions makes those of .NET end at once.
            ["FAKETIME_FORCE_MONOTONIC_FIX"] = "0",
            ["FAKETIME_NO_CACHE"] = "1",
            ["TZ"] = zone,
        };
        environment[by is null ? "FAKETIME_TIMESTAMP_FILE" : "FAKETIME"] = by ?? file!;
        return environment;
    }

    private static async Task SetAsync(string file, string by)
    {
        // Renamed into place: the library reads it at any moment.
        await File.WriteAllTextAsync(file + ".new", by + "\n", Cancel);
        File.Move(file + ".new", file, overwrite: true);
    }
}
