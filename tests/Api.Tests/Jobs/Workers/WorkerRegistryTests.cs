using FeedbackService.Api.Jobs;
using FeedbackService.Api.Jobs.Workers;
using FeedbackService.Api.Tests.Storage;

namespace FeedbackService.Api.Tests.Jobs.Workers;

public sealed class WorkerRegistryTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Worker_IsListed_WithTheJobsItHolds()
    {
        await using var jobs = await JobFixture.CreateAsync();
        jobs.Register(JobFixture.Worker);
        var lease = await jobs.QueueAndClaimAsync();
        var listed = Assert.Single(await jobs.Workers.ListAsync(None));
        Assert.Equal((JobFixture.Worker, WorkerStatus.Alive), (listed.Row.Id, listed.Status));
        Assert.Equal([lease.JobId], listed.Jobs);
        await jobs.Workers.RemoveAsync(JobFixture.Worker, None);
        Assert.Empty(await jobs.Workers.ListAsync(None));
    }

    [Fact]
    public async Task DrainingWorker_TakesNoJobs()
    {
        await using var jobs = await JobFixture.CreateAsync();
        jobs.Register("worker-a");
        jobs.Register("worker-b");
        jobs.Register("worker-b", draining: true);
        Assert.Equal([WorkerStatus.Alive, WorkerStatus.Draining], (await jobs.Workers.ListAsync(None)).Select(worker => worker.Status).Order());
        await using var db = jobs.Storage.CreateDbContext();
        var taking = await jobs.Workers.TakingAsync(db, JobQueues.Train, await db.NowAsync(jobs.Storage.Clock, None), None);
        Assert.Equal("worker-a", Assert.Single(taking).Id);
    }

    [Trait(TestProvider.Only, TestProvider.Sqlite)]
    [Fact]
    public async Task SilentWorker_IsLostAfterThreeHeartbeats_AndForgottenAfterTenMinutes()
    {
        await using var jobs = await JobFixture.CreateAsync();
        jobs.Register("worker-a");
        jobs.Storage.Clock.Advance(TimeSpan.FromSeconds(15));
        jobs.Register("worker-b");
        Assert.All(await jobs.Workers.ListAsync(None), worker => Assert.Equal(WorkerStatus.Alive, worker.Status));
        jobs.Storage.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([WorkerStatus.Lost, WorkerStatus.Alive], (await jobs.Workers.ListAsync(None)).Select(worker => worker.Status));
        jobs.Storage.Clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(10));
        await jobs.Workers.ForgetAsync(None);
        Assert.Equal("worker-b", Assert.Single(await jobs.Workers.ListAsync(None)).Row.Id);
        // One that stood still comes back as if it had never been away.
        jobs.Register("worker-a");
        Assert.Equal(2, (await jobs.Workers.ListAsync(None)).Count);
    }

    [Theory]
    [InlineData("NVIDIA H200, 143771\n", "NVIDIA H200", 143771L * 1024 * 1024)]
    [InlineData("NVIDIA L4, 23034", "NVIDIA L4", 23034L * 1024 * 1024)]
    public void GpuFacts_AreRead(string said, string name, long bytes) => Assert.Equal(new GpuFacts(name, bytes), GpuFacts.Parse(said));

    [Theory]
    [InlineData("")]
    [InlineData("No devices were found")]
    [InlineData("NVIDIA L4, [N/A]")]
    [InlineData("A, 1\nB, 2")]
    public void GpuFacts_OfAnotherForm_AreNone(string said) => Assert.Null(GpuFacts.Parse(said));
}
