using FeedbackService.Api.Hosting;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Jobs.Workers;
using FeedbackService.Api.Storage.Contents;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Api.Tests.Storage;
using Hangfire;
using Hangfire.InMemory;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Tests.Jobs;

public sealed class JobWorkerTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A07_FiftyRingsAtEightWorkers_RunTheJobOnce()
    {
        await using var jobs = await JobFixture.CreateAsync();
        var body = new Body(_ => Task.FromResult(new JobOutcome("{}")));
        var workers = Enumerable.Range(0, 8).Select(number => CreateSut(jobs, body, owner: $"worker-{number}")).ToArray();
        var job = await jobs.QueueAsync();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(ring => Task.Run(() => workers[ring % workers.Length].RingAsync(JobQueues.Train, None))));
        Assert.Equal(1, body.Runs);
        Assert.Equal(JobState.Succeeded, (await jobs.GetAsync(job.Id)).State);
    }

    [Theory]
    [InlineData("failed", "Failed", "file_unusable")]
    [InlineData("lost", "Queued", null)]
    [InlineData("store", "Queued", null)]
    [InlineData("bug", "Failed", "internal_error")]
    [InlineData("disk", "Failed", "disk_full")]
    public async Task End_OfTheBody_IsWritten(string end, string state, string? code)
    {
        await using var jobs = await JobFixture.CreateAsync();
        var worker = CreateSut(jobs, new Body(_ => throw (end switch
        {
            "failed" => new JobFailedException(new JobFailure("file_unusable", "One class.")),
            "lost" => new WorkerLostException("Died."),
            "store" => new ContentStoreException("Connection refused."),
            "disk" => new IOException("No space left on device", 28),
            _ => new InvalidOperationException("secret internals"),
        })));
        var job = await jobs.QueueAsync();
        await worker.RingAsync(JobQueues.Train, None);
        var row = await jobs.GetAsync(job.Id);
        Assert.Equal((state, code), (row.State.ToString(), row.ErrorCode));
        Assert.DoesNotContain("secret", row.ErrorMessage ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancel_IsSeenAtOnce_NotAtTheNextRenewal()
    {
        await using var jobs = await JobFixture.CreateAsync();
        var started = new TaskCompletionSource();
        var worker = CreateSut(jobs, new Body(async stopping =>
        {
            started.SetResult();
            await Task.Delay(Timeout.Infinite, stopping);
            return new JobOutcome(null);
        }));
        var job = await jobs.QueueAsync();
        var ring = worker.RingAsync(JobQueues.Train, None);
        await started.Task;
        await jobs.Store.RequestCancelAsync(job.Id, JobKind.Train, None);
        await ring.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Equal(JobState.Cancelled, (await jobs.GetAsync(job.Id)).State);
    }

    [Fact]
    public async Task Shutdown_GivesTheJobBack()
    {
        await using var jobs = await JobFixture.CreateAsync();
        using var shutdown = new CancellationTokenSource();
        var worker = CreateSut(jobs, new Body(async stopping =>
        {
            await shutdown.CancelAsync();
            await Task.Delay(Timeout.Infinite, stopping);
            return new JobOutcome(null);
        }));
        var job = await jobs.QueueAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => worker.RingAsync(JobQueues.Train, shutdown.Token));
        Assert.Equal(JobState.Queued, (await jobs.GetAsync(job.Id)).State);
    }

    [Theory]
    [InlineData(false, "Failed")]
    [InlineData(true, "Cancelled")]
    public async Task JobThatEndsEarly_IsSalvagedBefore_AlsoWhenThatFails(bool cancel, string state)
    {
        await using var jobs = await JobFixture.CreateAsync();
        var started = new TaskCompletionSource();
        var body = new Body(async stopping =>
        {
            started.SetResult();
            await Task.Delay(cancel ? Timeout.Infinite : 0, stopping);
            throw new JobFailedException(new JobFailure("file_unusable", "One class."));
        });
        var worker = CreateSut(jobs, body);
        var job = await jobs.QueueAsync();
        var running = worker.RingAsync(JobQueues.Train, None);
        await started.Task;
        if (cancel)
        {
            await jobs.Store.RequestCancelAsync(job.Id, JobKind.Train, None);
        }

        await running;
        Assert.Equal((1, state), (body.Salvages, (await jobs.GetAsync(job.Id)).State.ToString()));
    }

    [Fact]
    public async Task Draining_ClaimsNothing_AndLeavesTheRingToOthers()
    {
        await using var jobs = await JobFixture.CreateAsync();
        var activity = new QueueActivity(TimeProvider.System);
        activity.Drain();
        var worker = CreateSut(jobs, new Body(_ => Task.FromResult(new JobOutcome("{}"))), activity);
        var job = await jobs.QueueAsync();
        using var stop = new CancellationTokenSource();
        var ring = worker.RingAsync(JobQueues.Train, stop.Token);
        await stop.CancelAsync();
        // Hangfire takes this for a ring that was not answered.
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ring);
        Assert.Equal((JobState.Queued, 0), ((await jobs.GetAsync(job.Id)).State, (await jobs.GetAsync(job.Id)).Attempts));
    }

    [Trait(TestProvider.Only, TestProvider.Sqlite)]
    [Fact]
    public async Task Dispatcher_RingsOncePerNewRow_AndAgainOnlyWhenARowWaitsLong()
    {
        await using var jobs = await JobFixture.CreateAsync();
        using var storage = new InMemoryStorage();
        using var dispatcher = new JobDispatcher(
            jobs.Storage, new JobRinger(new BackgroundJobClient(storage)), jobs.Bell, jobs.Preemption, jobs.Storage.Clock, Options.Create(new JobOptions()), NullLogger<JobDispatcher>.Instance);
        await jobs.QueueAsync();
        await jobs.QueueAsync();
        Assert.Equal(2, await dispatcher.DispatchAsync(None));
        Assert.Equal(0, await dispatcher.DispatchAsync(None));
        Assert.Equal(2, storage.GetMonitoringApi().EnqueuedCount(JobQueues.Train));
        jobs.Storage.Clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(2, await dispatcher.DispatchAsync(None));
        Assert.Equal(3, storage.GetMonitoringApi().EnqueuedCount(JobQueues.Train));
    }

    private static JobWorker CreateSut(JobFixture jobs, IJobRunner body, QueueActivity? activity = null, string owner = JobFixture.Worker)
    {
        var services = new ServiceCollection();
        services.AddKeyedSingleton(JobKind.Train, body);
        var identity = new WorkerIdentity(owner);
        var options = Options.Create(new JobOptions { RedispatchAfter = TimeSpan.FromMilliseconds(10) });
        var ending = new JobEnding(jobs.Leases, services.BuildServiceProvider(), options, TimeProvider.System, NullLogger<JobEnding>.Instance);
        return new JobWorker(
            new JobClaims(jobs.Storage, jobs.Storage.Retry, TimeProvider.System, options), jobs.Leases, ending, jobs.Running, identity, new WorkerDescription(identity, TorchSharp.torch.CPU, Options.Create(new ServiceOptions())),
            activity ?? new QueueActivity(TimeProvider.System), options, new JobRunMetrics(Prometheus.Metrics.NewCustomRegistry()), TimeProvider.System, NullLogger<JobWorker>.Instance);
    }

    private sealed class Body(Func<CancellationToken, Task<JobOutcome>> run) : IJobRunner
    {
        private int _runs;

        public int Runs => _runs;

        public int Salvages { get; private set; }

        public Task<JobOutcome> RunAsync(JobLease lease, CancellationToken stopping)
        {
            Interlocked.Increment(ref _runs);
            return run(stopping);
        }

        public Task SalvageAsync(JobLease lease)
        {
            Salvages++;
            throw new IOException("No space left on device", 28);
        }
    }
}
