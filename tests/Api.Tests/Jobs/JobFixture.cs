using FeedbackService.Api.Events;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Jobs.Workers;
using FeedbackService.Api.Quotas;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Api.Tests.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Tests.Jobs;

/// <summary>The job stores over a real database, with a clock to set.</summary>
internal sealed class JobFixture : IAsyncDisposable
{
    public const string Worker = "worker-a";

    private JobFixture(TestStorage storage, JobOptions options, QuotaOptions quotas)
    {
        Storage = storage;
        Workers = new WorkerRegistry(storage, storage.Clock, Options.Create(new WorkerOptions()));
        Quotas = new KeyQuotas(new HttpContextAccessor(), Options.Create(quotas));
        Store = new JobStore(storage, Bell, Running, Quotas, Workers, storage.Clock, Options.Create(options));
        Preemption = new JobPreemption(storage, Workers, Running, storage.Clock, Options.Create(options));
        Claims = new JobClaims(storage, storage.Retry, storage.Clock, Options.Create(options));
        Leases = new JobLeases(storage, Bell, storage.Retry, storage.Clock, Options.Create(options));
        Recovery = new JobRecovery(storage, Bell, storage.Clock);
        Events = new JobEventLog(storage);
    }

    public TestStorage Storage { get; }

    public JobBell Bell { get; } = new();

    public RunningJobs Running { get; } = new();

    public WorkerRegistry Workers { get; }

    public KeyQuotas Quotas { get; }

    public JobPreemption Preemption { get; }

    public JobStore Store { get; }

    public JobClaims Claims { get; }

    public JobLeases Leases { get; }

    public JobRecovery Recovery { get; }

    public JobEventLog Events { get; }

    public static async Task<JobFixture> CreateAsync(JobOptions? options = null, QuotaOptions? quotas = null) =>
        new(await TestStorage.CreateAsync(), options ?? new JobOptions(), quotas ?? new QuotaOptions());

    public async Task<JobRow> QueueAsync(int priority = 0, IdempotencyClaim? idempotency = null, string? id = null, Dictionary<string, string>? metadata = null, string? key = null, string? device = null)
    {
        Storage.Clock.Advance(TimeSpan.FromMilliseconds(1));
        return await Store.CreateAsync(
            new NewJob(id ?? Ids.NewFineTuningJob(), JobKind.Train, "{}") { Wishes = new JobWishes(priority, device), CreatedByKeyId = key, Idempotency = idempotency, Metadata = metadata ?? [] },
            CancellationToken.None);
    }

    public Task<JobLease?> ClaimAsync(string owner = Worker, string queue = JobQueues.Train, string device = JobWishes.Cpu) =>
        Claims.ClaimAsync(queue, owner, device, CancellationToken.None);

    /// <summary>A worker says that it is there.</summary>
    public void Register(string worker, string device = JobWishes.Cpu, bool draining = false) => Workers.Beat(new WorkerRow
    {
        Id = worker,
        Queues = string.Join(' ', JobQueues.All),
        Capabilities = device,
        Device = device,
        Draining = draining,
    });

    public async Task<JobLease> QueueAndClaimAsync()
    {
        await QueueAsync();
        return (await ClaimAsync())!;
    }

    public Task<JobRow> GetAsync(string id) => Store.GetAsync(id, JobKind.Train, CancellationToken.None);

    public async Task<List<string>> MessagesAsync(string id) =>
        [.. (await Events.ReadForwardAsync(id, 0, 1000, CancellationToken.None)).Select(row => row.Message)];

    public async Task<int> CountAsync<T>(Func<AppDbContext, IQueryable<T>> rows)
    {
        await using var db = Storage.CreateDbContext();
        return await rows(db).CountAsync(CancellationToken.None);
    }

    public ValueTask DisposeAsync()
    {
        Bell.Dispose();
        return Storage.DisposeAsync();
    }
}
