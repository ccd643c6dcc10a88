using FeedbackService.Api.Events;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Api.Tests.Storage;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Tests.Jobs;

public sealed class JobLeaseTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Claim_ByEightAtOnce_GivesEachJobOnce()
    {
        await using var jobs = await JobFixture.CreateAsync();
        for (var i = 0; i < 20; i++)
        {
            await jobs.QueueAsync();
        }
        var claimed = await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() => ClaimAllAsync(jobs, $"worker-{worker}"))));
        Assert.Equal(20, claimed.Sum(ids => ids.Count));
        Assert.Equal(20, claimed.SelectMany(ids => ids).Distinct().Count());
    }

    [Fact]
    public async Task Claim_TakesHighestPriorityThenOldest()
    {
        await using var jobs = await JobFixture.CreateAsync();
        var old = await jobs.QueueAsync();
        var young = await jobs.QueueAsync();
        var urgent = await jobs.QueueAsync(priority: 5);
        Assert.Equal([urgent.Id, old.Id, young.Id], await ClaimAllAsync(jobs, "w"));
    }

    [Fact]
    public async Task Claim_LooksAtItsQueueOnly()
    {
        await using var jobs = await JobFixture.CreateAsync();
        await jobs.QueueAsync();
        Assert.Null(await jobs.ClaimAsync("w", JobQueues.Evaluate));
    }

    [Fact]
    public async Task OldEpoch_ChangesNothing()
    {
        await using var jobs = await JobFixture.CreateAsync();
        var zombie = await jobs.QueueAndClaimAsync();
        await jobs.Recovery.RecoverFromOthersAsync("new-process", None);
        // The same worker name on purpose: the epoch alone must be enough.
        var holder = (await jobs.ClaimAsync())!;
        Assert.Equal(zombie.Epoch + 1, holder.Epoch);
        var before = await jobs.GetAsync(holder.JobId);
        var events = await jobs.MessagesAsync(holder.JobId);

        Assert.Equal(LeaseSignal.Lost, jobs.Leases.Renew(zombie));
        Assert.False(await jobs.Leases.ReportAsync(
            zombie, new JobReport { ProgressJson = "{}", Events = [JobEvent.Info("late")], Metrics = [new JobMetric(1, "step", "{}")] }, None));
        Assert.False(await jobs.Leases.SaveCheckpointAsync(zombie, Checkpoint(zombie.JobId, 1), "r", None));
        Assert.False(await jobs.Leases.SucceedAsync(zombie, new JobOutcome("{}"), None));
        Assert.False(await jobs.Leases.FailAsync(zombie, new JobFailure("late", "late"), None));

        Assert.Equivalent(before, await jobs.GetAsync(holder.JobId), strict: true);
        Assert.Equal(events, await jobs.MessagesAsync(holder.JobId));
        Assert.Equal(0, await jobs.CountAsync(db => db.JobMetrics));
        Assert.Equal(0, await jobs.CountAsync(db => db.Checkpoints));
        Assert.True(await jobs.Leases.SucceedAsync(holder, new JobOutcome("{}"), None));
    }

    [Trait(TestProvider.Only, TestProvider.Sqlite)]
    [Fact]
    public async Task ExpiredLease_IsQueuedAgain_UntilAttemptsAreUsedUp_ThenFailsAsWorkerLost()
    {
        await using var jobs = await JobFixture.CreateAsync(new JobOptions { MaxAttempts = 2 });
        var first = await jobs.QueueAndClaimAsync();
        Assert.Equal(0, await jobs.Recovery.RecoverExpiredAsync(None));

        jobs.Storage.Clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(1, await jobs.Recovery.RecoverExpiredAsync(None));
        Assert.Equal(JobState.Queued, (await jobs.GetAsync(first.JobId)).State);

        Assert.NotNull(await jobs.ClaimAsync());
        jobs.Storage.Clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(1, await jobs.Recovery.RecoverExpiredAsync(None));
        var row = await jobs.GetAsync(first.JobId);
        Assert.Equal((JobState.Failed, "worker_lost", 2), (row.State, row.ErrorCode, row.Attempts));
    }

    [Fact]
    public async Task RenewedLease_DoesNotExpire()
    {
        await using var jobs = await JobFixture.CreateAsync();
        var lease = await jobs.QueueAndClaimAsync();
        jobs.Storage.Clock.Advance(TimeSpan.FromSeconds(50));
        Assert.Equal(LeaseSignal.Held, jobs.Leases.Renew(lease));
        jobs.Storage.Clock.Advance(TimeSpan.FromSeconds(50));
        Assert.Equal(0, await jobs.Recovery.RecoverExpiredAsync(None));
    }

    [Fact]
    public async Task NewProcess_TakesOverAtOnce_ButNotItsOwn()
    {
        await using var jobs = await JobFixture.CreateAsync();
        var lost = await jobs.QueueAndClaimAsync();
        await jobs.QueueAsync();
        var own = (await jobs.ClaimAsync("new-process"))!;
        Assert.Equal(1, await jobs.Recovery.RecoverFromOthersAsync("new-process", None));
        Assert.Equal(JobState.Queued, (await jobs.GetAsync(lost.JobId)).State);
        Assert.Equal(JobState.Running, (await jobs.GetAsync(own.JobId)).State);
    }

    [Fact]
    public async Task NewProcess_RingsAnewForJobsThatWaited()
    {
        await using var jobs = await JobFixture.CreateAsync();
        var waiting = await jobs.QueueAsync();
        await using var db = jobs.Storage.CreateDbContext();
        await db.Jobs.ExecuteUpdateAsync(set => set.SetProperty(row => row.DispatchedAt, 1), None);
        await jobs.Recovery.RecoverFromOthersAsync("new-process", None);
        Assert.Null((await jobs.GetAsync(waiting.Id)).DispatchedAt);
    }

    [Fact]
    public async Task LostWorker_OfACancelledJob_LeavesItCancelled()
    {
        await using var jobs = await JobFixture.CreateAsync();
        var lease = await jobs.QueueAndClaimAsync();
        await jobs.Store.RequestCancelAsync(lease.JobId, JobKind.Train, None);
        await jobs.Recovery.RecoverFromOthersAsync("new-process", None);
        Assert.Equal(JobState.Cancelled, (await jobs.GetAsync(lease.JobId)).State);
    }

    [Fact]
    public async Task Checkpoint_IsWhereTheJobGoesOn_AndStartsTheCountOfAttemptsAnew()
    {
        await using var jobs = await JobFixture.CreateAsync();
        await jobs.QueueAndClaimAsync();
        await jobs.Recovery.RecoverFromOthersAsync("new-process", None);
        var lease = (await jobs.ClaimAsync())!;
        Assert.True(await jobs.Leases.SaveCheckpointAsync(lease, Checkpoint(lease.JobId, 40), $"checkpoints/{lease.JobId}/resume-40", None));
        var row = await jobs.GetAsync(lease.JobId);
        Assert.Equal(($"checkpoints/{lease.JobId}/resume-40", 1), (row.LastCheckpoint, row.Attempts));
    }

    [Fact]
    public async Task Checkpoint_OfAStepThatWasThereBefore_IsNoProgress()
    {
        await using var jobs = await JobFixture.CreateAsync();
        var first = await jobs.QueueAndClaimAsync();
        await jobs.Leases.SaveCheckpointAsync(first, Checkpoint(first.JobId, 40), "r", None);
        await jobs.Recovery.RecoverFromOthersAsync("new-process", None);
        var second = (await jobs.ClaimAsync())!;
        Assert.True(await jobs.Leases.SaveCheckpointAsync(second, Checkpoint(first.JobId, 40), "r", None));
        Assert.Equal(2, (await jobs.GetAsync(first.JobId)).Attempts);
        Assert.Equal(1, await jobs.CountAsync(db => db.Checkpoints));
    }

    private static CheckpointRow Checkpoint(string jobId, int step) =>
        new() { Id = Api.Storage.Ids.NewCheckpoint(), JobId = jobId, Step = step, Directory = $"checkpoints/{jobId}/step-{step}" };

    private static async Task<List<string>> ClaimAllAsync(JobFixture jobs, string worker)
    {
        var ids = new List<string>();
        while (await jobs.ClaimAsync(worker) is { } lease)
        {
            ids.Add(lease.JobId);
        }
        return ids;
    }
}
