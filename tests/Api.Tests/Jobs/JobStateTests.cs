using FeedbackService.Api.Errors;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Api.Tests.Storage;

namespace FeedbackService.Api.Tests.Jobs;

/// <summary>Each transition of the state machine once, and what must not move.</summary>
public sealed class JobStateTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Create_Queues_WithAnEvent()
    {
        await using var jobs = await JobFixture.CreateAsync();
        var job = await jobs.QueueAsync();
        Assert.Equal(JobState.Queued, (await jobs.GetAsync(job.Id)).State);
        Assert.Equal(["Job accepted and queued."], await jobs.MessagesAsync(job.Id));
    }

    [Fact]
    public async Task Queued_Claimed_IsRunning()
    {
        await using var jobs = await JobFixture.CreateAsync();
        var lease = await jobs.QueueAndClaimAsync();
        var row = await jobs.GetAsync(lease.JobId);
        Assert.Equal((JobState.Running, 1, 1L, JobFixture.Worker), (row.State, row.Attempts, row.LeaseEpoch, row.LeaseOwner));
        Assert.NotNull(row.StartedAt);
    }

    [Fact]
    public async Task Queued_CancelRequested_IsCancelledAtOnce()
    {
        await using var jobs = await JobFixture.CreateAsync();
        var job = await jobs.QueueAsync();
        Assert.Equal(JobState.Cancelled, (await jobs.Store.RequestCancelAsync(job.Id, JobKind.Train, None)).State);
        Assert.Null(await jobs.ClaimAsync());
    }

    [Fact]
    public async Task Queued_PauseRequested_IsPausedAtOnce()
    {
        await using var jobs = await JobFixture.CreateAsync();
        var job = await jobs.QueueAsync();
        Assert.Equal(JobState.Paused, (await jobs.Store.RequestPauseAsync(job.Id, JobKind.Train, None)).State);
        Assert.Null(await jobs.ClaimAsync());
    }

    [Fact]
    public async Task Paused_Resumed_IsQueued()
    {
        await using var jobs = await JobFixture.CreateAsync();
        var job = await jobs.QueueAsync();
        await jobs.Store.RequestPauseAsync(job.Id, JobKind.Train, None);
        Assert.Equal(JobState.Queued, (await jobs.Store.ResumeAsync(job.Id, JobKind.Train, None)).State);
        Assert.NotNull(await jobs.ClaimAsync());
    }

    [Fact]
    public async Task Paused_CancelRequested_IsCancelled()
    {
        await using var jobs = await JobFixture.CreateAsync();
        var job = await jobs.QueueAsync();
        await jobs.Store.RequestPauseAsync(job.Id, JobKind.Train, None);
        Assert.Equal(JobState.Cancelled, (await jobs.Store.RequestCancelAsync(job.Id, JobKind.Train, None)).State);
    }

    [Fact]
    public async Task Running_Done_IsSucceeded()
    {
        await using var jobs = await JobFixture.CreateAsync();
        var lease = await jobs.QueueAndClaimAsync();
        Assert.True(await jobs.Leases.SucceedAsync(lease, new JobOutcome("""{"n":1}"""), None));
        var row = await jobs.GetAsync(lease.JobId);
        Assert.Equal((JobState.Succeeded, """{"n":1}""", null), (row.State, row.ResultJson, row.LeaseOwner));
        Assert.NotNull(row.FinishedAt);
    }

    [Fact]
    public async Task Running_Failing_IsFailedWithItsCode()
    {
        await using var jobs = await JobFixture.CreateAsync();
        var lease = await jobs.QueueAndClaimAsync();
        Assert.True(await jobs.Leases.FailAsync(lease, new JobFailure("file_unusable", "One class.", "training_file"), None));
        var row = await jobs.GetAsync(lease.JobId);
        Assert.Equal((JobState.Failed, "file_unusable", "One class.", "training_file"), (row.State, row.ErrorCode, row.ErrorMessage, row.ErrorParam));
    }

    [Fact]
    public async Task Running_CancelRequested_StaysRunningUntilTheHolderStops()
    {
        await using var jobs = await JobFixture.CreateAsync();
        var lease = await jobs.QueueAndClaimAsync();
        var asked = await jobs.Store.RequestCancelAsync(lease.JobId, JobKind.Train, None);
        Assert.Equal((JobState.Running, true), (asked.State, asked.CancelRequested));
        Assert.Equal(LeaseSignal.CancelRequested, jobs.Leases.Renew(lease));
        Assert.True(await jobs.Leases.CancelAsync(lease, None));
        Assert.Equal(JobState.Cancelled, (await jobs.GetAsync(lease.JobId)).State);
    }

    [Fact]
    public async Task Running_CancelRequested_CanNoLongerSucceedOrFail()
    {
        await using var jobs = await JobFixture.CreateAsync();
        var lease = await jobs.QueueAndClaimAsync();
        await jobs.Store.RequestCancelAsync(lease.JobId, JobKind.Train, None);
        Assert.False(await jobs.Leases.SucceedAsync(lease, new JobOutcome("{}"), None));
        Assert.False(await jobs.Leases.FailAsync(lease, new JobFailure("x", "x"), None));
        Assert.Equal(JobState.Running, (await jobs.GetAsync(lease.JobId)).State);
    }

    [Trait(TestProvider.Only, TestProvider.Sqlite)]
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Batch_ThatHadBegun_IsCancelledByAWorker_WhoCanKeepWhatItAnswered(bool lost)
    {
        await using var jobs = await JobFixture.CreateAsync();
        var id = Ids.NewBatch();
        await jobs.Store.CreateAsync(new NewJob(id, JobKind.Batch, "{}"), None);
        var first = (await jobs.ClaimAsync(queue: JobQueues.Batch))!;
        if (lost)
        {
            Assert.True((await jobs.Store.RequestCancelAsync(id, JobKind.Batch, None)).CancelRequested);
            jobs.Storage.Clock.Advance(TimeSpan.FromMinutes(2));
            Assert.Equal(1, await jobs.Recovery.RecoverExpiredAsync(None));
        }
        else
        {
            Assert.True(await jobs.Leases.ReleaseAsync(first, "The service stops.", None));
            var asked = await jobs.Store.RequestCancelAsync(id, JobKind.Batch, None);
            Assert.Equal((JobState.Queued, true), (asked.State, asked.CancelRequested));
            Assert.NotNull(asked.CancelRequestedAt);
        }

        var second = (await jobs.ClaimAsync(queue: JobQueues.Batch))!;
        Assert.True(second.Job.CancelRequested);
        Assert.True(await jobs.Leases.CancelAsync(second, None));
        Assert.Equal(JobState.Cancelled, (await jobs.Store.GetAsync(id, JobKind.Batch, None)).State);
    }

    [Fact]
    public async Task Batch_ThatHadNotBegun_IsCancelledAtOnce()
    {
        await using var jobs = await JobFixture.CreateAsync();
        var id = Ids.NewBatch();
        await jobs.Store.CreateAsync(new NewJob(id, JobKind.Batch, "{}"), None);
        Assert.Equal(JobState.Cancelled, (await jobs.Store.RequestCancelAsync(id, JobKind.Batch, None)).State);
    }

    [Fact]
    public async Task Running_NotAskedTo_CannotBeCancelledByItsHolder()
    {
        await using var jobs = await JobFixture.CreateAsync();
        var lease = await jobs.QueueAndClaimAsync();
        Assert.False(await jobs.Leases.CancelAsync(lease, None));
    }

    [Fact]
    public async Task Running_PauseRequested_IsPausedByItsHolder_AndTheAttemptDoesNotCount()
    {
        await using var jobs = await JobFixture.CreateAsync();
        var lease = await jobs.QueueAndClaimAsync();
        await jobs.Store.RequestPauseAsync(lease.JobId, JobKind.Train, None);
        Assert.Equal(LeaseSignal.PauseRequested, jobs.Leases.Renew(lease));
        Assert.True(await jobs.Leases.PauseAsync(lease, None));
        var row = await jobs.GetAsync(lease.JobId);
        Assert.Equal((JobState.Paused, 0, false), (row.State, row.Attempts, row.PauseRequested));
    }

    [Fact]
    public async Task Running_Released_IsQueued_AndTheAttemptDoesNotCount()
    {
        await using var jobs = await JobFixture.CreateAsync();
        var lease = await jobs.QueueAndClaimAsync();
        Assert.True(await jobs.Leases.ReleaseAsync(lease, "The service stops.", None));
        var row = await jobs.GetAsync(lease.JobId);
        Assert.Equal((JobState.Queued, 0, null, null), (row.State, row.Attempts, row.LeaseOwner, row.DispatchedAt));
    }

    [Fact]
    public async Task Running_WorkerDied_IsQueuedAgain_UntilAttemptsAreUsedUp()
    {
        await using var jobs = await JobFixture.CreateAsync(new JobOptions { MaxAttempts = 2 });
        var first = await jobs.QueueAndClaimAsync();
        Assert.True(await jobs.Leases.RetryAsync(first, "Died.", None));
        var second = (await jobs.ClaimAsync())!;
        Assert.Equal(2, second.Job.Attempts);
        Assert.False(await jobs.Leases.RetryAsync(second, "Died.", None));
    }

    [Theory]
    [InlineData("Succeeded")]
    [InlineData("Failed")]
    [InlineData("Cancelled")]
    public async Task Terminal_NeverChanges(string state)
    {
        await using var jobs = await JobFixture.CreateAsync();
        var lease = await EndedAsync(jobs, state);
        var before = await jobs.GetAsync(lease.JobId);
        Assert.Equal(state, before.State.ToString());

        Assert.Equal(LeaseSignal.Lost, jobs.Leases.Renew(lease));
        Assert.False(await jobs.Leases.SucceedAsync(lease, new JobOutcome("{}"), None));
        Assert.False(await jobs.Leases.FailAsync(lease, new JobFailure("late", "late"), None));
        Assert.False(await jobs.Leases.CancelAsync(lease, None));
        Assert.False(await jobs.Leases.PauseAsync(lease, None));
        Assert.False(await jobs.Leases.ReleaseAsync(lease, "late", None));
        Assert.False(await jobs.Leases.ReportAsync(lease, new JobReport { ProgressJson = "{}" }, None));
        Assert.Equal(0, await jobs.Recovery.RecoverFromOthersAsync("somebody-else", None));
        await Assert.ThrowsAsync<ServiceException>(() => jobs.Store.RequestPauseAsync(lease.JobId, JobKind.Train, None));
        await Assert.ThrowsAsync<ServiceException>(() => jobs.Store.ResumeAsync(lease.JobId, JobKind.Train, None));
        if (state != "Cancelled")
        {
            var refused = await Assert.ThrowsAsync<ServiceException>(() => jobs.Store.RequestCancelAsync(lease.JobId, JobKind.Train, None));
            Assert.Equal(409, refused.Status);
        }
        Assert.Equivalent(before, await jobs.GetAsync(lease.JobId), strict: true);
    }

    [Fact]
    public async Task Cancel_Twice_IsTheSameAsOnce()
    {
        await using var jobs = await JobFixture.CreateAsync();
        var job = await jobs.QueueAsync();
        await jobs.Store.RequestCancelAsync(job.Id, JobKind.Train, None);
        Assert.Equal(JobState.Cancelled, (await jobs.Store.RequestCancelAsync(job.Id, JobKind.Train, None)).State);
        Assert.Equal(["Job accepted and queued.", "Job cancelled."], await jobs.MessagesAsync(job.Id));
    }

    [Fact]
    public async Task Unknown_IsNotFound()
    {
        await using var jobs = await JobFixture.CreateAsync();
        var refused = await Assert.ThrowsAsync<ServiceException>(() => jobs.Store.RequestCancelAsync("ftjob-none", JobKind.Train, None));
        Assert.Equal(404, refused.Status);
    }

    private static async Task<JobLease> EndedAsync(JobFixture jobs, string state)
    {
        var lease = await jobs.QueueAndClaimAsync();
        switch (state)
        {
            case "Succeeded":
                await jobs.Leases.SucceedAsync(lease, new JobOutcome("{}"), None);
                break;
            case "Failed":
                await jobs.Leases.FailAsync(lease, new JobFailure("x", "x"), None);
                break;
            default:
                await jobs.Store.RequestCancelAsync(lease.JobId, JobKind.Train, None);
                await jobs.Leases.CancelAsync(lease, None);
                break;
        }
        return lease;
    }
}
