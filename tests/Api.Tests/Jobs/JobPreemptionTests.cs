using System.Text.Json.Nodes;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Api.Tests.Storage;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Tests.Jobs;

/// <summary>Who gives way to whom.</summary>
public sealed class JobPreemptionTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task HigherPriority_AsksTheRunningJobToGiveWay_Once()
    {
        await using var jobs = await JobFixture.CreateAsync();
        var low = await RunAsync(jobs, "worker-a");
        await jobs.QueueAsync(priority: 1);
        Assert.Equal(1, await jobs.Preemption.ConsiderAsync(None));
        Assert.Equal(LeaseSignal.YieldRequested, jobs.Leases.Renew(low));
        Assert.Equal(0, await jobs.Preemption.ConsiderAsync(None));
    }

    [Fact]
    public async Task OneThatGivesWay_IsQueuedAgain_WithoutALostAttempt_BehindTheOther()
    {
        await using var jobs = await JobFixture.CreateAsync();
        var low = await RunAsync(jobs, "worker-a");
        var high = await jobs.QueueAsync(priority: 1);
        await jobs.Preemption.ConsiderAsync(None);
        Assert.True(await jobs.Leases.ReleaseAsync(low, "Gave way.", None));
        var row = await jobs.GetAsync(low.JobId);
        Assert.Equal((JobState.Queued, 0, false), (row.State, row.Attempts, row.YieldRequested));
        Assert.Equal(high.Id, (await jobs.ClaimAsync("worker-a"))!.JobId);
        Assert.Equal(0, await jobs.Preemption.ConsiderAsync(None));
    }

    [Fact]
    public async Task EqualPriority_AsksNobody()
    {
        await using var jobs = await JobFixture.CreateAsync();
        await RunAsync(jobs, "worker-a", priority: 1);
        await jobs.QueueAsync(priority: 1);
        Assert.Equal(0, await jobs.Preemption.ConsiderAsync(None));
    }

    [Fact]
    public async Task IdleWorker_IsWaitedFor()
    {
        await using var jobs = await JobFixture.CreateAsync();
        await RunAsync(jobs, "worker-a");
        jobs.Register("worker-b");
        await jobs.QueueAsync(priority: 1);
        Assert.Equal(0, await jobs.Preemption.ConsiderAsync(None));
        await jobs.QueueAsync(priority: 1);
        Assert.Equal(1, await jobs.Preemption.ConsiderAsync(None));
    }

    [Fact]
    public async Task LowestPriority_GivesWayFirst_ThenTheNewest()
    {
        await using var jobs = await JobFixture.CreateAsync();
        var middle = await RunAsync(jobs, "worker-a", priority: 1);
        var old = await RunAsync(jobs, "worker-b");
        var newest = await RunAsync(jobs, "worker-c");
        await jobs.QueueAsync(priority: 2);
        await jobs.Preemption.ConsiderAsync(None);
        Assert.Equal([newest.JobId], await AskedAsync(jobs));
        await jobs.QueueAsync(priority: 1);
        await jobs.Preemption.ConsiderAsync(None);
        Assert.Equal(new[] { newest.JobId, old.JobId }.Order(), await AskedAsync(jobs));
        // A third of priority 1 finds only its equal.
        await jobs.QueueAsync(priority: 1);
        Assert.Equal(0, await jobs.Preemption.ConsiderAsync(None));
        Assert.Equal(LeaseSignal.Held, jobs.Leases.Renew(middle));
    }

    [Fact]
    public async Task WorkerWithoutTheDevice_IsLeftAlone()
    {
        await using var jobs = await JobFixture.CreateAsync();
        await RunAsync(jobs, "worker-a");
        await jobs.QueueAsync(priority: 1, device: JobWishes.Cuda);
        Assert.Equal(0, await jobs.Preemption.ConsiderAsync(None));
        jobs.Register("worker-gpu", JobWishes.Cuda);
        Assert.Equal(0, await jobs.Preemption.ConsiderAsync(None));
    }

    [Fact]
    public async Task KeyWithAsManyRunningAsItMay_TakesNobodyElsesWorker()
    {
        await using var jobs = await JobFixture.CreateAsync(new JobOptions { RunningPerKey = 1 });
        var own = await RunAsync(jobs, "worker-a", key: "a");
        await RunAsync(jobs, "worker-b", priority: -1, key: "b");
        await jobs.QueueAsync(priority: 1, key: "a");
        Assert.Equal(1, await jobs.Preemption.ConsiderAsync(None));
        Assert.Equal([own.JobId], await AskedAsync(jobs));
    }

    [Fact]
    public async Task Evaluation_IsLeftAlone_BecauseItWouldStartOver()
    {
        await using var jobs = await JobFixture.CreateAsync();
        jobs.Register("worker-a");
        await jobs.Store.CreateAsync(new NewJob(Ids.NewEvaluation(), JobKind.Evaluate, "{}"), None);
        await jobs.ClaimAsync("worker-a", JobQueues.Evaluate);
        await jobs.Store.CreateAsync(new NewJob(Ids.NewEvaluation(), JobKind.Evaluate, "{}") { Wishes = new JobWishes(9, null) }, None);
        Assert.Equal(0, await jobs.Preemption.ConsiderAsync(None));
    }

    [Fact]
    public async Task ManyWhoLookAtOnce_AskOne()
    {
        await using var jobs = await JobFixture.CreateAsync();
        await RunAsync(jobs, "worker-a");
        await RunAsync(jobs, "worker-b");
        await jobs.QueueAsync(priority: 1);
        var asked = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => jobs.Preemption.ConsiderAsync(None))));
        Assert.Equal(1, asked.Sum());
        Assert.Single(await AskedAsync(jobs));
    }

    [Fact]
    public async Task Training_GivesWayAtACheckpoint_GoesOn_AndEndsWithTheSameWeights()
    {
        var root = TestStorage.NewRoot();
        try
        {
            await using var host = await JobHost.StartAsync(root, new JobOptions { CheckpointEvery = TimeSpan.FromMinutes(1) });
            var file = await host.AddFileAsync();
            var undisturbed = await host.WaitForEndAsync(await host.QueueTrainingAsync(file, LongEnough(), "undisturbed"));
            var low = await host.QueueTrainingAsync(file, LongEnough(), "low");
            await host.WaitAsync(low, row => row.ProgressJson?.Contains("\"loss\"", StringComparison.Ordinal) == true);
            var high = await host.QueueTrainingAsync(file, JobHost.Tiny(3), "high", priority: 10);

            Assert.Equal(JobState.Succeeded, (await host.WaitForEndAsync(high)).State);
            var done = await host.WaitForEndAsync(low);
            Assert.Equal((JobState.Succeeded, 1), (done.State, done.Attempts));
            var before = await host.Store.GetAsync(high, JobKind.Train, None);
            Assert.True(before.FinishedAt < done.FinishedAt);
            await using var db = await host.OpenAsync();
            var log = await db.JobEvents.Where(row => row.JobId == low).OrderBy(row => row.Sequence).Select(row => row.Message).ToListAsync(None);
            Assert.Contains("Gave way to a job of higher priority; queued again.", log);
            Assert.Contains(log, line => line.StartsWith("Going on from step", StringComparison.Ordinal));
            Assert.Equal(await WeightsAsync(host, undisturbed.ResultModel!), await WeightsAsync(host, done.ResultModel!));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    // Some seconds on any machine: the asking needs a poll of the queue and a renewal of the lease, and must not find the training ended.
    private static JsonObject LongEnough() => JobHost.Tiny(1000);

    private static async Task<byte[]> WeightsAsync(JobHost host, string model)
    {
        var artifact = await host.Services.GetRequiredService<ModelRegistry>().ResolveServableAsync(model, None);
        return await File.ReadAllBytesAsync(Path.Combine(artifact.Directory, "model.safetensors"), None);
    }

    private static async Task<JobLease> RunAsync(JobFixture jobs, string worker, int priority = 0, string? key = null)
    {
        jobs.Register(worker);
        await jobs.QueueAsync(priority, key: key);
        return (await jobs.ClaimAsync(worker))!;
    }

    private static async Task<List<string>> AskedAsync(JobFixture jobs)
    {
        await using var db = jobs.Storage.CreateDbContext();
        return await db.Jobs.Where(row => row.YieldRequested).Select(row => row.Id).OrderBy(id => id).ToListAsync(None);
    }
}
