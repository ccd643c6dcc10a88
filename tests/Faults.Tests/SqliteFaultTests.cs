using System.Buffers.Binary;
using FeedbackService.Testing.Load;
using Microsoft.Data.Sqlite;

namespace FeedbackService.Faults.Tests;

/// <summary>B 15: somebody else locks the embedded database, and a page of its log is damaged when the machine goes down.</summary>
public sealed class SqliteFaultTests
{
    private const int Epochs = 20;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task B15_WriterThatLocksTheDatabaseForTenSeconds_LosesNothing()
    {
        await using var scene = Scene.Create(new SceneSettings());
        await scene.Cluster.StartAllAsync(Cancel);
        var client = scene.NewClient();
        var file = await client.UploadAsync("fine-tune", "train.csv", TinyJobs.Csv(40, seed: 1), Cancel);
        await client.FineTuneAsync(file, "news", TinyJobs.Hyperparameters(Epochs), Cancel);
        await scene.WaitUntilAsync(image => image.Metrics.Count > 0);
        Task<string> waiting;
        await using (var other = new SqliteConnection($"Data Source={Path.Combine(scene.Settings.Data!, "service.db")};Pooling=False"))
        {
            await other.OpenAsync(Cancel);
            await using var command = other.CreateCommand();
            command.CommandText = "BEGIN EXCLUSIVE";
            await command.ExecuteNonQueryAsync(Cancel);
            waiting = client.FineTuneAsync(file, "news", TinyJobs.Hyperparameters(Epochs), Cancel);
            await Task.Delay(TimeSpan.FromSeconds(10), Cancel);
        }
        await waiting;

        await scene.AssertIntactAsync(TimeSpan.FromHours(1));
        Assert.All((await scene.Checker.ReadAsync(Cancel)).Jobs, job => Assert.Equal("Succeeded", job.State));
        Assert.Equal(await scene.Checker.WeightsOfAsync("news:1", Cancel), await scene.Checker.WeightsOfAsync("news:2", Cancel));
        Report.Write("B15", "another writer has the SQLite file for 10 s with leases of 6 s, 2 jobs; lost, doubled: 0");
    }

    [Fact]
    public async Task B15_DamagedLastPageOfTheLog_CostsTheLastCommitOnly()
    {
        var times = Extent.Of(2, 20);
        await using var scene = Scene.Create(new SceneSettings());
        var node = await scene.Cluster.StartAllAsync(Cancel);
        var client = scene.NewClient();
        var file = await client.UploadAsync("fine-tune", "train.csv", TinyJobs.Csv(40, seed: 1), Cancel);
        var random = new Random(Extent.Seed);
        for (var i = 0; i < times; i++)
        {
            var job = await client.FineTuneAsync(file, "news", TinyJobs.Hyperparameters(Epochs), Cancel);
            // What was accepted is followed by other commits: only the last one is at stake.
            await scene.WaitUntilAsync(image => image.Metrics.Any(metric => metric.JobId == job));
            await node.KillAllAsync();
            Damage(Path.Combine(scene.Settings.Data!, "service.db-wal"), random);
            await scene.Cluster.RestartAsync(node);
            await node.WaitUntilReadyAsync(Cancel);
            await scene.WaitUntilAsync(image => image.Jobs.All(row => row.IsTerminal));
        }

        await scene.AssertIntactAsync(TimeSpan.FromHours(1));
        var image = await scene.Checker.ReadAsync(Cancel);
        Assert.Equal(times, image.Versions.Count);
        foreach (var version in image.Versions)
        {
            Assert.Equal(await scene.Checker.WeightsOfAsync("news:1", Cancel), await scene.Checker.WeightsOfAsync(version.Address, Cancel));
        }
        Report.Write("B15", $"{times} times killed and the last page of SQLite's log damaged, {image.Jobs.Count} jobs; lost, doubled: 0");
    }

    // https://sqlite.org/fileformat2.html#the_write_ahead_log: frames of the current log have the salts of its header, those after them are old.
    private static void Damage(string log, Random random)
    {
        const int headerBytes = 32;
        const int frameHeaderBytes = 24;
        const int saltAt = 16;
        const int salt = 8;
        var bytes = File.ReadAllBytes(log);
        var page = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(8));
        var last = -1;
        for (var at = headerBytes; at + frameHeaderBytes + page <= bytes.Length; at += frameHeaderBytes + page)
        {
            if (!bytes.AsSpan(at + 8, salt).SequenceEqual(bytes.AsSpan(saltAt, salt)))
            {
                break;
            }
            last = at;
        }
        Assert.True(last >= 0, "The log has no frame.");
        bytes[last + frameHeaderBytes + random.Next(page)] ^= 0x40;
        File.WriteAllBytes(log, bytes);
    }
}
