using FeedbackService.Api.Hosting;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Jobs.Servers;
using FeedbackService.Api.Jobs.Workers;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Api.Tests.Storage;
using FeedbackService.Testing.Postgres;
using Hangfire;
using Hangfire.Common;
using Hangfire.InMemory;
using Hangfire.Server;
using Hangfire.States;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Prometheus;

namespace FeedbackService.Api.Tests.Jobs.Servers;

/// <summary>Queues that have fallen silent speak again, without anybody starting the service anew.</summary>
public sealed class QueueLivenessTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    // Only what is tested rings again.
    private static readonly JobOptions Impatient = new()
    {
        DispatchEvery = TimeSpan.FromMilliseconds(100),
        RedispatchAfter = TimeSpan.FromHours(1),
        SilentAfter = TimeSpan.FromSeconds(1),
    };

    private readonly string _root = TestStorage.NewRoot();

    public void Dispose()
    {
        if (Directory.Exists(_root))
        {
            Directory.Delete(_root, recursive: true);
        }
    }

    [Fact]
    public async Task LostRing_IsRungAgain()
    {
        await using var host = await StartAsync(services => services.AddSingleton<IBackgroundJobClient>(
            provider => new Forgetful(new BackgroundJobClient(provider.GetRequiredService<JobStorage>()))));
        var job = await QueueAsync(host);
        Assert.Equal(JobState.Succeeded, (await host.WaitForEndAsync(job)).State);
    }

    [Trait(TestProvider.Only, TestProvider.Sqlite)]
    [Fact]
    public async Task SilentQueue_IsRungFirst_AndItsServerStartedAnewOnlyWhenThatIsNotHeard()
    {
        await using var jobs = await JobFixture.CreateAsync();
        var clock = jobs.Storage.Clock;
        var options = Options.Create(new JobOptions());
        using var storage = new InMemoryStorage();
        var lifetime = new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance);
        var activity = new QueueActivity(clock);
        var factory = new Counting(storage);
        using var servers = new QueueServers(factory, activity, lifetime, NullLogger<QueueServers>.Instance);
        var worker = new WorkerDescription(new WorkerIdentity("a"), TorchSharp.torch.CPU, Options.Create(new ServiceOptions()));
        var metrics = new QueueMetrics(Metrics.NewCustomRegistry());
        using var sut = new QueueLiveness(
            jobs.Claims, new JobRinger(new BackgroundJobClient(storage)), servers, activity, worker, metrics, clock, options, NullLogger<QueueLiveness>.Instance);
        long Rings() => storage.GetMonitoringApi().EnqueuedCount(JobQueues.Train);

        await jobs.QueueAsync();
        await sut.LookAsync(None);
        Assert.Equal((0, 0), (Rings(), factory.Started));
        clock.Advance(TimeSpan.FromSeconds(16));
        using (activity.Answer(JobQueues.Train))
        {
            // At work, hence not silent.
            await sut.LookAsync(None);
        }
        Assert.Equal((0, 0), (Rings(), factory.Started));
        clock.Advance(TimeSpan.FromSeconds(15));
        await sut.LookAsync(None);
        await sut.LookAsync(None);
        Assert.Equal((1, 0), (Rings(), factory.Started));
        clock.Advance(TimeSpan.FromSeconds(15));
        await sut.LookAsync(None);
        Assert.Equal((2, 1), (Rings(), factory.Started));
        activity.Drain();
        clock.Advance(TimeSpan.FromMinutes(1));
        await sut.LookAsync(None);
        Assert.Equal((2, 1), (Rings(), factory.Started));
    }

    [Fact]
    public async Task DeafServer_IsStartedAnew()
    {
        await using var host = await StartAsync(services => services.AddSingleton<QueueServerFactory>(
            provider => new DeafAtFirst(provider.GetRequiredService<JobStorage>(), provider.GetRequiredService<JobActivator>())));
        var job = await QueueAsync(host);
        Assert.Equal(JobState.Succeeded, (await host.WaitForEndAsync(job)).State);
        Assert.InRange(await RestartsAsync(host), 1, 100);
    }

    [Fact]
    public async Task Postgres_StoppedAndStarted_JobsFlowAgain()
    {
        Assert.SkipWhen(TestDatabase.Missing is not null, TestDatabase.Missing ?? "");
        await using var server = await PostgresServer.StartAsync();
        await using var host = await StartAsync(_ => { }, await server.CreateDatabaseAsync());
        Assert.Equal(JobState.Succeeded, (await host.WaitForEndAsync(await QueueAsync(host))).State);
        for (var round = 0; round < 3; round++)
        {
            await server.StopImmediateAsync();
            await server.StartAgainAsync();
            var job = await host.Services.GetRequiredService<DatabaseRetry>().RunAsync(_ => QueueAsync(host), TimeSpan.FromSeconds(30), None);
            var retry = host.Services.GetRequiredService<DatabaseRetry>();
            Assert.Equal(JobState.Succeeded, (await retry.RunAsync(_ => host.WaitForEndAsync(job), TimeSpan.FromSeconds(30), None)).State);
        }
    }

    [Fact]
    public async Task LocksOfAKilledProcess_KeepNobodyFromStopping()
    {
        Assert.SkipWhen(TestDatabase.Missing is not null, TestDatabase.Missing ?? "");
        var database = await TestDatabase.CreateAsync();
        await using (var host = await StartAsync(_ => { }, database))
        {
            Assert.Equal(JobState.Succeeded, (await host.WaitForEndAsync(await QueueAsync(host))).State);
        }
        await using (var connection = new NpgsqlConnection(database))
        {
            await connection.OpenAsync(None);
            await using var left = new NpgsqlCommand(
                """
                DELETE FROM hangfire.lock;
                INSERT INTO hangfire.lock (resource, acquired)
                SELECT name, now() FROM unnest(ARRAY['locks:expirationmanager', 'locks:counteraggregator', 'locks:schedulepoller', 'recurring-jobs:lock']) AS name
                """,
                connection);
            await left.ExecuteNonQueryAsync(None);
        }
        var again = await StartAsync(_ => { }, database);
        Assert.Equal(JobState.Succeeded, (await again.WaitForEndAsync(await QueueAsync(again))).State);
        await again.DisposeAsync().AsTask().WaitAsync(QueueServerFactory.DrainTimeout / 3, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Postgres_RunsHeartbeatsWithEveryServer_AndHousekeepingOnce()
    {
        Assert.SkipWhen(TestDatabase.Missing is not null, TestDatabase.Missing ?? "");
        await using var host = await StartAsync(_ => { }, await TestDatabase.CreateAsync());
        var rings = Assert.IsType<RingStorage>(host.Services.GetRequiredService<JobStorage>());
#pragma warning disable CS0618 // As in RingStorage.
        Assert.Single(rings.GetComponents());
#pragma warning restore CS0618
        Assert.Contains("ExpirationManager", rings.Housekeeping.Select(process => process.GetType().Name));
    }

    private async Task<JobHost> StartAsync(Action<IServiceCollection> more, string? database = null) => await JobHost.StartAsync(
        _root,
        Impatient,
        services =>
        {
            services.AddKeyedSingleton<IJobRunner>(JobKind.Train, new Quick());
            more(services);
        },
        database);

    private static async Task<string> QueueAsync(JobHost host) =>
        (await host.Store.CreateAsync(new NewJob(Ids.NewFineTuningJob(), JobKind.Train, "{}"), None)).Id;

    private static async Task<double> RestartsAsync(JobHost host)
    {
        using var text = new MemoryStream();
        await host.Services.GetRequiredService<CollectorRegistry>().CollectAndExportAsTextAsync(text, None);
        var line = System.Text.Encoding.UTF8.GetString(text.ToArray()).Split('\n')
            .Single(each => each.StartsWith("feedbackservice_queue_restarts_total{queue=\"train\"}", StringComparison.Ordinal));
        return double.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    private sealed class Quick : IJobRunner
    {
        public Task<JobOutcome> RunAsync(JobLease lease, CancellationToken stopping) => Task.FromResult(new JobOutcome(null));
    }

    private sealed class Counting(JobStorage storage) : QueueServerFactory(storage, new JobActivator())
    {
        public int Started { get; private set; }

        public override IBackgroundProcessingServer Start(string queue)
        {
            Started++;
            return base.Start("unheard");
        }
    }

    /// <summary>Loses the first ring.</summary>
    private sealed class Forgetful(IBackgroundJobClient inner) : IBackgroundJobClient
    {
        private int _rings;

        public string Create(Job job, IState state) => Interlocked.Increment(ref _rings) == 1 ? "" : inner.Create(job, state);

        public bool ChangeState(string jobId, IState state, string expectedState) => inner.ChangeState(jobId, state, expectedState);
    }

    /// <summary>The first server of a queue listens elsewhere.</summary>
    private sealed class DeafAtFirst(JobStorage storage, JobActivator activator) : QueueServerFactory(storage, activator)
    {
        private readonly HashSet<string> _started = new(StringComparer.Ordinal);

        public override IBackgroundProcessingServer Start(string queue) => base.Start(_started.Add(queue) ? $"not-{queue}" : queue);
    }
}
