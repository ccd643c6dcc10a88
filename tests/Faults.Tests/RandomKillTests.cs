using System.Globalization;
using FeedbackService.Testing.Cluster;
using FeedbackService.Testing.Load;

namespace FeedbackService.Faults.Tests;

/// <summary>A 2 and D 19: two workers and an api killed at random while jobs run; every job ends once, with the weights of an undisturbed run.</summary>
public sealed class RandomKillTests
{
    private const int Epochs = 6;
    private static readonly int Jobs = Extent.Of(6, 200);
    private static readonly int Kills = Extent.Of(8, 500);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A02_D19_RandomKills_OfTwoWorkersAndAnApi_LoseNothing_AndMakeTheSameWeights()
    {
        var random = new Random(Extent.Seed);
        await using var scene = await Scene.CreateAsync();
        var api = await scene.Cluster.StartApiAsync(Cancel);
        ClusterNode[] nodes = [api, await scene.Cluster.StartWorkerAsync([], null, Cancel), await scene.Cluster.StartWorkerAsync([], null, Cancel)];
        var client = scene.NewClient();
        var file = await client.UploadAsync("fine-tune", "train.csv", TinyJobs.Csv(40, seed: 1), Cancel);
        await client.FineTuneAsync(file, "news", TinyJobs.Hyperparameters(Epochs), Cancel);
        await scene.WaitUntilAsync(image => image.Jobs.All(job => job.IsTerminal));
        var undisturbed = await scene.Checker.WeightsOfAsync("news:1", Cancel);

        var asking = Task.Run(
            async () =>
            {
                for (var i = 0; i < Jobs; i++)
                {
                    await client.FineTuneAsync(file, "news", TinyJobs.Hyperparameters(Epochs), Cancel);
                }
            },
            Cancel);
        var (killed, jobsAtTheKill) = (0, 0);
        while (killed < Kills && !(asking.IsCompleted && await scene.Checker.IsQuietAsync(Cancel)))
        {
            await Task.Delay(TimeSpan.FromSeconds(0.1 + (random.NextDouble() * 2.9)), Cancel);
            var node = nodes[random.Next(nodes.Length)];
            if (node.Runs)
            {
                jobsAtTheKill += (await scene.Checker.ReadAsync(Cancel)).Jobs.Count(job => job.State == "Running");
                await node.KillAllAsync();
                killed++;
            }
            await scene.Cluster.RestartAsync(node);
        }
        await asking;

        await scene.AssertIntactAsync(TimeSpan.FromHours(1));
        var image = await scene.Checker.ReadAsync(Cancel);
        Assert.All(image.Jobs, job => Assert.Equal("Succeeded", job.State));
        foreach (var version in image.Versions)
        {
            Assert.Equal(undisturbed, await scene.Checker.WeightsOfAsync(version.Address, Cancel));
        }
        Report.Write("A02_D19", string.Create(
            CultureInfo.InvariantCulture, $"seed {Extent.Seed}: {killed} kills, {image.Jobs.Count} jobs, {jobsAtTheKill} running at the kills; lost, doubled, wrong: 0"));
    }
}
