using FeedbackService.Api.Jobs;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;

namespace FeedbackService.Api.Tests.Jobs;

/// <summary>Whose job is next.</summary>
public sealed class JobOrderTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task KeyWithOneJob_DoesNotWaitBehindAThousandOfAnother()
    {
        await using var jobs = await JobFixture.CreateAsync();
        await QueueManyAsync(jobs, "key_many", 1000);
        var one = await jobs.QueueAsync(key: "key_one");
        var first = await jobs.ClaimAsync();
        Assert.Equal("key_many", first!.Job.CreatedByKeyId);
        // One of the thousand runs, so the other key is next, on another worker or on this one when it is free again.
        Assert.Equal(one.Id, (await jobs.ClaimAsync("worker-b"))!.JobId);
    }

    [Fact]
    public async Task KeyThatHadItsTurn_IsBehindOneThatHadNone()
    {
        await using var jobs = await JobFixture.CreateAsync();
        await QueueManyAsync(jobs, "key_many", 100);
        await EndAsync(jobs, (await jobs.ClaimAsync())!);
        var one = await jobs.QueueAsync(key: "key_one");
        Assert.Equal(one.Id, (await jobs.ClaimAsync())!.JobId);
    }

    [Fact]
    public async Task Keys_TakeTurns_AndEachKeyKeepsItsOrder()
    {
        await using var jobs = await JobFixture.CreateAsync();
        var queued = new Dictionary<string, List<string>> { ["a"] = [], ["b"] = [], ["c"] = [] };
        foreach (var key in "aaabbbcccc".Select(letter => letter.ToString()))
        {
            queued[key].Add((await jobs.QueueAsync(key: key)).Id);
        }
        var claimed = new List<JobRow>();
        while (await jobs.ClaimAsync() is { } lease)
        {
            claimed.Add(lease.Job);
            await EndAsync(jobs, lease);
            // Turns of the same microsecond are none.
            jobs.Storage.Clock.Advance(TimeSpan.FromMilliseconds(1));
        }
        Assert.Equal("abcabcabcc", string.Concat(claimed.Select(job => job.CreatedByKeyId)));
        Assert.All(queued, key => Assert.Equal(key.Value, claimed.Where(job => job.CreatedByKeyId == key.Key).Select(job => job.Id)));
    }

    [Fact]
    public async Task Priority_ComesBeforeFairnessAndAge()
    {
        await using var jobs = await JobFixture.CreateAsync();
        await jobs.QueueAsync(key: "a");
        await jobs.QueueAsync(priority: -1, key: "b");
        await jobs.QueueAsync(priority: 5, key: "a");
        await jobs.QueueAsync(priority: 5, key: "a");
        await jobs.QueueAsync(priority: 6, key: "a");
        var order = new List<int>();
        while (await jobs.ClaimAsync() is { } lease)
        {
            order.Add(lease.Job.Priority);
        }
        Assert.Equal([6, 5, 5, 0, -1], order);
    }

    [Fact]
    public async Task Device_IsWaitedFor()
    {
        await using var jobs = await JobFixture.CreateAsync();
        var cuda = await jobs.QueueAsync(priority: 2, device: JobWishes.Cuda);
        var cpu = await jobs.QueueAsync(priority: 1, device: JobWishes.Cpu);
        var any = await jobs.QueueAsync();
        Assert.Equal(cpu.Id, (await jobs.ClaimAsync())!.JobId);
        Assert.Equal(any.Id, (await jobs.ClaimAsync())!.JobId);
        Assert.Null(await jobs.ClaimAsync());
        Assert.Equal(cuda.Id, (await jobs.ClaimAsync("worker-gpu", device: JobWishes.Cuda))!.JobId);
        Assert.Null(await jobs.ClaimAsync("worker-gpu", device: JobWishes.Cuda));
    }

    [Fact]
    public async Task JobThatNeedsWhatNobodyHas_SaysSoOnce()
    {
        await using var jobs = await JobFixture.CreateAsync();
        jobs.Register(JobFixture.Worker);
        jobs.Register("worker-drained", JobWishes.Cuda, draining: true);
        var cuda = await jobs.QueueAsync(device: JobWishes.Cuda);
        Assert.Equal(["Job accepted and queued.", "Waits for a worker with CUDA; none is registered."], await jobs.MessagesAsync(cuda.Id));
        Assert.Single(await jobs.MessagesAsync((await jobs.QueueAsync(device: JobWishes.Cpu)).Id));
        jobs.Register("worker-gpu", JobWishes.Cuda);
        Assert.Single(await jobs.MessagesAsync((await jobs.QueueAsync(device: JobWishes.Cuda)).Id));
    }

    [Fact]
    public async Task RunningPerKey_HoldsAlsoWhenManyClaimAtOnce()
    {
        await using var jobs = await JobFixture.CreateAsync(new JobOptions { RunningPerKey = 2 });
        await QueueManyAsync(jobs, "key_many", 20);
        var other = await jobs.QueueAsync(key: "key_other");
        var claimed = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => jobs.ClaimAsync($"worker-{i}"))));
        Assert.Equal(["key_many", "key_many", "key_other"], claimed.OfType<JobLease>().Select(lease => lease.Job.CreatedByKeyId).Order());
        await EndAsync(jobs, claimed.OfType<JobLease>().First(lease => lease.JobId != other.Id));
        Assert.Equal("key_many", (await jobs.ClaimAsync())!.Job.CreatedByKeyId);
        Assert.Null(await jobs.ClaimAsync());
    }

    [Fact]
    public async Task ManyClaimersAtOnce_GetEveryJobOnce()
    {
        await using var jobs = await JobFixture.CreateAsync();
        await QueueManyAsync(jobs, "key_many", 60);
        var claimed = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(async () =>
        {
            var mine = new List<string>();
            while (await jobs.ClaimAsync($"worker-{i}") is { } lease)
            {
                mine.Add(lease.JobId);
            }
            return mine;
        })));
        var all = claimed.SelectMany(ids => ids).ToList();
        Assert.Equal((60, 60), (all.Count, all.Distinct().Count()));
    }

    private static Task<bool> EndAsync(JobFixture jobs, JobLease lease) => jobs.Leases.SucceedAsync(lease, new JobOutcome(null), None);

    private static async Task QueueManyAsync(JobFixture jobs, string key, int count)
    {
        await using var db = jobs.Storage.CreateDbContext();
        var now = jobs.Storage.Clock.NowMicroseconds();
        db.Jobs.AddRange(Enumerable.Range(0, count).Select(i => new JobRow
        {
            Id = Ids.NewFineTuningJob(),
            Kind = JobKind.Train,
            Queue = JobQueues.Train,
            State = JobState.Queued,
            CreatedAt = now + i,
            UpdatedAt = now + i,
            CreatedByKeyId = key,
        }));
        await db.SaveChangesAsync(None);
    }
}
