using FeedbackService.Testing.Load;
using FeedbackService.Testing.Postgres;
using Npgsql;

namespace FeedbackService.Faults.Tests;

/// <summary>B 11, B 12 and C 18: PostgreSQL restarts, drops connections, stands still; the queue flows again without a restart of the service.</summary>
public sealed class DatabaseFaultTests
{
    private const int Epochs = 6;
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(3);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task B11_ImmediateRestarts_LoseNothing()
    {
        var restarts = Extent.Of(4, 50);
        await DisturbAsync("B11", restarts, "immediate restarts of PostgreSQL", (server, _) => server.RestartImmediateAsync());
    }

    [Fact]
    public Task B12_TerminatedConnections_LoseNothing() => DisturbAsync(
        "B12", Extent.Of(4, 50), "times all connections terminated", (server, database) => server.TerminateBackendsAsync(new NpgsqlConnectionStringBuilder(database).Database!));

    [Fact]
    public Task B12_NoConnectionsLeft_LosesNothing() => DisturbAsync(
        "B12",
        Extent.Of(2, 20),
        "times all connections terminated and then taken by others for 6 s",
        async (server, database) =>
        {
            await using var taken = await server.TakeConnectionsAsync(new NpgsqlConnectionStringBuilder(database).Database!);
            await Task.Delay(TimeSpan.FromSeconds(6), Cancel);
        },
        "max_connections = 60");

    [Fact]
    public Task C18_ServerThatStandsStill_ForLongerThanALease_StopsTheHolder_AndLosesNothing() => DisturbAsync(
        "C18", Extent.Of(1, 10), "times PostgreSQL stood still for 8 s with leases of 6 s", async (server, _) =>
        {
            await server.PauseAsync(pause: true);
            await Task.Delay(TimeSpan.FromSeconds(8), Cancel);
            await server.PauseAsync(pause: false);
        });

    private static async Task DisturbAsync(string test, int times, string what, Func<PostgresServer, string, Task> disturb, params string[] settings)
    {
        Assert.SkipWhen(PostgresServer.FindBinaries() is null, "PostgreSQL is not installed here.");
        await using var server = await PostgresServer.StartAsync(settings);
        var database = await server.CreateDatabaseAsync();
        await using var scene = Scene.Create(new SceneSettings { Database = database });
        await scene.Cluster.StartApiAsync(Cancel);
        await scene.Cluster.StartWorkerAsync([], null, Cancel);
        var client = scene.NewClient();
        var file = await client.UploadAsync("fine-tune", "train.csv", TinyJobs.Csv(40, seed: 1), Cancel);
        await client.FineTuneAsync(file, "news", TinyJobs.Hyperparameters(Epochs), Cancel);
        await scene.WaitUntilAsync(image => image.Jobs.All(job => job.IsTerminal));
        var undisturbed = await scene.Checker.WeightsOfAsync("news:1", Cancel);

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var asking = Task.Run(
            async () =>
            {
                while (!enough.IsCancellationRequested)
                {
                    await client.FineTuneAsync(file, "news", TinyJobs.Hyperparameters(Epochs), Cancel);
                    await Task.Delay(TimeSpan.FromSeconds(2), Cancel);
                }
            },
            Cancel);
        for (var i = 0; i < times; i++)
        {
            await Task.Delay(Calm, Cancel);
            await disturb(server, database);
        }
        await enough.CancelAsync();
        await asking;

        await scene.AssertIntactAsync(TimeSpan.FromHours(1));
        var image = await scene.Checker.ReadAsync(Cancel);
        Assert.All(image.Jobs, job => Assert.Equal("Succeeded", job.State));
        if (test == "C18")
        {
            Assert.Contains(scene.Cluster.Workers, worker => worker.Output.Contains("lease lost", StringComparison.Ordinal));
        }
        foreach (var version in image.Versions)
        {
            Assert.Equal(undisturbed, await scene.Checker.WeightsOfAsync(version.Address, Cancel));
        }
        Report.Write(test, $"{times} {what}, {image.Jobs.Count} jobs; lost, doubled, wrong: 0; the service was not restarted");
    }
}
