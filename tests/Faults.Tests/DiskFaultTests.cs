using System.Net;
using System.Text.Json.Nodes;
using FeedbackService.Testing;
using FeedbackService.Testing.Load;
using FeedbackService.Testing.Postgres;

namespace FeedbackService.Faults.Tests;

/// <summary>
/// B 13 and B 14: a disk that is full, has no names left for files or may not be written to, under everything, under what processes share, or
/// under what each has for itself. What cannot be kept is refused or fails with a code, nothing half made has a name, and when there is room
/// again all goes on by itself.
/// </summary>
public sealed class DiskFaultTests
{
    private const int Brief = 6;
    private const int Epochs = 60;
    private const string Everything = "everything";
    private const string Shared = "shared";
    private const string Own = "own";

    // Longer than a lease.
    private static readonly TimeSpan Trouble = TimeSpan.FromSeconds(8);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Everything)]
    [InlineData(Shared)]
    [InlineData(Own)]
    public Task B13_FullDisk(string under) => DisturbAsync("B13", "a full disk", under, disk => disk.TakeRoom(), disk => disk.FreeRoom(), HttpStatusCode.InsufficientStorage);

    [Theory]
    [InlineData(Everything)]
    [InlineData(Shared)]
    public Task B14_NoNamesLeft(string under) => DisturbAsync("B14", "a disk without inodes", under, disk => disk.TakeNames(), disk => disk.FreeNames(), HttpStatusCode.InsufficientStorage);

    [Fact]
    public Task B14_ReadOnlyStore() => DisturbAsync("B14", "a disk that may not be written to", Shared, disk => disk.Protect(readOnly: true), disk => disk.Protect(readOnly: false), HttpStatusCode.ServiceUnavailable);

    private static async Task DisturbAsync(string test, string what, string under, Action<SmallDisk> spoil, Action<SmallDisk> mend, HttpStatusCode refusal)
    {
        Assert.SkipWhen(SmallDisk.Missing is not null, SmallDisk.Missing ?? "");
        using var disk = SmallDisk.Mount(megabytes: 48, inodes: 2000);
        await using var scene = await CreateAsync(under, disk);
        var client = scene.NewClient();
        var file = await client.UploadAsync("fine-tune", "train.csv", TinyJobs.Csv(40, seed: 1), Cancel);
        await client.FineTuneAsync(file, "news", TinyJobs.Hyperparameters(Brief), Cancel);
        await scene.WaitUntilAsync(image => image.Jobs.All(job => job.IsTerminal));
        var undisturbed = await scene.Checker.WeightsOfAsync("news:1", Cancel);
        var seen = (await scene.Checker.ReadAsync(Cancel)).Metrics.Count;
        var hit = await client.FineTuneAsync(file, "long", TinyJobs.Hyperparameters(Epochs), Cancel);
        await scene.WaitUntilAsync(image => image.Metrics.Count > seen);

        spoil(disk);
        var (status, code) = await TryUploadAsync(scene);
        if (under != Own && status != refusal)
        {
            Assert.Fail($"An upload was answered with {status} ({code}).{Environment.NewLine}{scene.Cluster.Report()}");
        }
        await Task.Delay(Trouble, Cancel);
        mend(disk);

        var after = await client.FineTuneAsync(file, "news", TinyJobs.Hyperparameters(Brief), Cancel);
        await scene.AssertIntactAsync(TimeSpan.FromHours(1));
        var jobs = (await scene.Checker.ReadAsync(Cancel)).Jobs.ToDictionary(job => job.Id);
        Assert.Equal("Succeeded", jobs[after].State);
        Assert.Equal(undisturbed, await scene.Checker.WeightsOfAsync("news:2", Cancel));
        Assert.True(jobs[hit].State == "Succeeded" || scene.Cluster.Report().Contains("failed (disk_full)", StringComparison.Ordinal), $"{jobs[hit]}{scene.Cluster.Report()}");
        Report.Write(test, $"{what} under {under} for {Trouble.TotalSeconds} s: an upload was answered with {(int)status} {code}, the training {jobs[hit].State}; lost, doubled, half made: 0; all went on by itself");
    }

    private static async Task<Scene> CreateAsync(string under, SmallDisk disk)
    {
        if (under == Everything)
        {
            var alone = Scene.Create(new SceneSettings { Data = Path.Combine(disk.Folder, "data") });
            await alone.Cluster.StartAllAsync(Cancel);
            return alone;
        }
        Assert.SkipWhen(TestDatabase.Missing is not null, TestDatabase.Missing ?? "");
        var several = await Scene.CreateAsync(under == Shared
            ? new SceneSettings { Artifacts = disk.Folder }
            : new SceneSettings { Artifacts = disk.Beside, Data = disk.Folder });
        await several.Cluster.StartApiAsync(Cancel);
        await several.Cluster.StartWorkerAsync([], null, Cancel);
        return several;
    }

    // Larger than what may be left in blocks that are half used.
    private static async Task<(HttpStatusCode Status, string? Code)> TryUploadAsync(Scene scene)
    {
        using var http = new HttpClient { BaseAddress = scene.Cluster.Apis[0].Address };
        using var form = new MultipartFormDataContent
        {
            { new StringContent("fine-tune"), "purpose" },
            { new StringContent(TinyJobs.Csv(20_000, seed: 9)), "file", "more.csv" },
        };
        using var answer = await http.PostAsync("/v1/files", form, Cancel);
        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancel));
        return (answer.StatusCode, (string?)body?["error"]?["code"]);
    }
}
