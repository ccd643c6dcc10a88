using FeedbackService.Api.Errors;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;

namespace FeedbackService.Api.Tests.Jobs;

public sealed class JobStoreTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task SameIdempotencyKey_MakesOneJob()
    {
        await using var jobs = await JobFixture.CreateAsync();
        var claim = new IdempotencyClaim("/v1/fine_tuning/jobs", "key-1", "hash");
        var made = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => jobs.QueueAsync(idempotency: claim))));
        Assert.Single(made.Select(job => job.Id).Distinct());
        Assert.Equal(1, await jobs.CountAsync(db => db.Jobs));
    }

    [Fact]
    public async Task SameIdempotencyKey_WithAnotherRequest_IsAConflict()
    {
        await using var jobs = await JobFixture.CreateAsync();
        await jobs.QueueAsync(idempotency: new IdempotencyClaim("/r", "key-1", "hash"));
        var refused = await Assert.ThrowsAsync<ServiceException>(() => jobs.QueueAsync(idempotency: new IdempotencyClaim("/r", "key-1", "other")));
        Assert.Equal((409, "idempotency_key_reused"), (refused.Status, refused.Code));
        Assert.Equal(1, await jobs.CountAsync(db => db.Jobs));
    }

    [Fact]
    public async Task List_PagesNewestFirst_WithoutGapOrRepeat()
    {
        await using var jobs = await JobFixture.CreateAsync();
        var ids = new List<string>();
        for (var i = 0; i < 7; i++)
        {
            ids.Insert(0, (await jobs.QueueAsync()).Id);
        }
        var seen = new List<string>();
        Page<JobRow> page;
        do
        {
            page = await jobs.Store.ListAsync(JobKind.Train, seen.LastOrDefault(), 3, null, None);
            seen.AddRange(page.Items.Select(job => job.Id));
        }
        while (page.HasMore);
        Assert.Equal(ids, seen);
    }

    [Fact]
    public async Task List_AfterAnUnknownJob_IsRefused()
    {
        await using var jobs = await JobFixture.CreateAsync();
        var refused = await Assert.ThrowsAsync<ServiceException>(() => jobs.Store.ListAsync(JobKind.Train, "ftjob-x", 3, null, None));
        Assert.Equal((400, "after"), (refused.Status, refused.Param));
    }

    [Theory]
    [InlineData("team", "red", true)]
    [InlineData("team", "re", false)]
    [InlineData("note", "say \"team\":\"blue\"", true)]
    [InlineData("team", "blue", false)]
    public async Task List_FiltersByMetadata(string key, string value, bool found)
    {
        await using var jobs = await JobFixture.CreateAsync();
        await jobs.QueueAsync(metadata: new() { ["team"] = "red", ["note"] = "say \"team\":\"blue\"" });
        var page = await jobs.Store.ListAsync(JobKind.Train, null, 10, new Dictionary<string, string> { [key] = value }, None);
        Assert.Equal(found ? 1 : 0, page.Items.Count);
    }

    [Fact]
    public async Task List_WithEmptyMetadata_KeepsJobsWithoutAny()
    {
        await using var jobs = await JobFixture.CreateAsync();
        await jobs.QueueAsync(metadata: new() { ["team"] = "red" });
        var bare = await jobs.QueueAsync();
        var page = await jobs.Store.ListAsync(JobKind.Train, null, 10, new Dictionary<string, string>(), None);
        Assert.Equal([bare.Id], page.Items.Select(row => row.Id));
    }

    [Fact]
    public async Task Events_PageNewestFirst_AndStreamOldestFirst()
    {
        await using var jobs = await JobFixture.CreateAsync();
        var lease = await jobs.QueueAndClaimAsync();
        await jobs.Store.RequestCancelAsync(lease.JobId, JobKind.Train, None);
        await jobs.Leases.CancelAsync(lease, None);
        var newest = await jobs.Events.ListAsync(lease.JobId, null, 2, None);
        Assert.Equal(["Job cancelled.", "Cancellation requested."], newest.Items.Select(row => row.Message));
        var older = await jobs.Events.ListAsync(lease.JobId, newest.Items[^1].Id, 10, None);
        Assert.Equal(["Job started.", "Job accepted and queued."], older.Items.Select(row => row.Message));
        Assert.False(older.HasMore);
        var seen = await jobs.Events.SequenceAsync(lease.JobId, older.Items[0].Id, "after", None);
        Assert.Equal(["Cancellation requested.", "Job cancelled."], (await jobs.Events.ReadForwardAsync(lease.JobId, seen, 10, None)).Select(row => row.Message));
    }
}
