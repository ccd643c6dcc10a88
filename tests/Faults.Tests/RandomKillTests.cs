using System.Globalization;
using FeedbackService.Testing.Load;

namespace FeedbackService.Faults.Tests;

/// <summary>
/// Processes killed at random while jobs come in: two workers and one api on PostgreSQL. <c>FAULT_KILLS</c> (default 500), <c>FAULT_JOBS</c> (200) and
/// <c>FAULT_SEED</c> (1) choose how often, under how many jobs, and in which order.
/// </summary>
[Trait("Set", "Long")]
public sealed class RandomKillTests
{
    private const int Epochs = 12;

    private static readonly int Kills = Number("FAULT_KILLS", 500);
    private static readonly int Jobs = Number("FAULT_JOBS", 200);
    private static readonly int Seed = Number("FAULT_SEED", 1);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Kill_AnyProcessAtRandom_WhileJobsComeIn_LosesDoublesAndSpoilsNothing()
    {
        TestContext.Current.SendDiagnosticMessage($"{Kills} kills, {Jobs} jobs, seed {Seed}");
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

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
