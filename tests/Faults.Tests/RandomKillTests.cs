using FeedbackService.Testing.Load;

namespace FeedbackService.Faults.Tests;

/// <summary>
/// A 2 and D 19: processes killed at random while jobs of all kinds come in, two workers and one api on PostgreSQL; every version has the weights of an
/// undisturbed run.
/// </summary>
public sealed class RandomKillTests
{
    private const int Epochs = 8;

    private static readonly int Kills = Extent.Of(8, 500);
    private static readonly int Jobs = Extent.Of(12, 200);
    private static readonly int Seed = Extent.Seed;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A02_D19_Kill_AnyProcessAtRandom_WhileJobsComeIn_LosesDoublesAndSpoilsNothing()
    {
        await using var scene = await Scene.CreateAsync();
        await scene.Cluster.StartApiAsync(Cancel);
        await scene.Cluster.StartWorkerAsync([], null, Cancel);
        var client = scene.NewClient();
        var file = await client.UploadAsync("fine-tune", "train.csv", TinyJobs.Csv(40, Seed), Cancel);
        await client.FineTuneAsync(file, "news", TinyJobs.Hyperparameters(Epochs), Cancel);
        await scene.WaitUntilAsync(image => image.Jobs.All(job => job.IsTerminal));
        var undisturbed = await scene.Checker.WeightsOfAsync("news:1", Cancel);
        var batch = await client.UploadAsync("batch", "requests.jsonl", TinyJobs.BatchLines(200, "news:1", Seed), Cancel);
        await scene.Cluster.StartWorkerAsync([], null, Cancel);

        var asking = AskAsync(client, file, batch);
        await KillAsync(scene, asking);
        await asking;

        await scene.AssertIntactAsync(TimeSpan.FromHours(1), TimeSpan.FromMinutes(30));
        var image = await scene.Checker.ReadAsync(Cancel);
        Assert.All(image.Jobs, job => Assert.Equal("Succeeded", job.State));
        foreach (var version in image.Versions)
        {
            Assert.Equal(undisturbed, await scene.Checker.WeightsOfAsync(version.Address, Cancel));
        }
        await scene.AssertSweptAsync();
        Report.Write("A02_D19", $"seed {Seed}: {Kills} kills of two workers and an api at random, {image.Jobs.Count} jobs, {image.Versions.Count} versions; lost, doubled, wrong: 0");
    }

    // As many as there shall be, whatever becomes of the processes meanwhile; half of them trainings.
    private static async Task AskAsync(LoadClient client, string file, string batch)
    {
        for (var i = 0; i < Jobs; i++)
        {
            await ((i % 6) switch
            {
                0 or 2 or 4 => client.FineTuneAsync(file, "news", TinyJobs.Hyperparameters(Epochs), Cancel),
                1 => client.EvaluateAsync("news:1", file, Cancel),
                3 => client.BatchAsync(batch, Cancel),
                _ => client.ClassifyLaterAsync("news:1", "the team was won", Cancel),
            });
        }
    }

    private static async Task KillAsync(Scene scene, Task asking)
    {
        var random = new Random(Seed);
        for (var kill = 0; kill < Kills; kill++)
        {
            await Task.Delay(random.Next(100, 3000), Cancel);
            var node = scene.Cluster.Nodes[random.Next(scene.Cluster.Nodes.Count)];
            if (!node.Runs)
            {
                throw new InvalidOperationException($"{node.Name} ended by itself: {node.Output}");
            }
            await (random.Next(2) == 0 ? node.KillAsync() : node.KillAllAsync());
            await scene.Cluster.RestartAsync(node);
            if (asking.IsFaulted)
            {
                break;
            }
        }
    }
}
