using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Storage;

/// <summary>
/// The tables of the service. Each database provider derives a context of its own, so that each has its own
/// migration set in this assembly.
/// </summary>
public abstract class AppDbContext : DbContext
{
    private readonly HashSet<WriteTopic> _written = [];

    /// <summary>Takes the options of the derived context.</summary>
    protected AppDbContext(DbContextOptions options)
        : base(options)
    {
    }

    /// <summary>Uploaded and produced files.</summary>
    public DbSet<FileRow> Files => Set<FileRow>();

    /// <summary>Background work of all kinds.</summary>
    public DbSet<JobRow> Jobs => Set<JobRow>();

    /// <summary>Append-only log of jobs.</summary>
    public DbSet<JobEventRow> JobEvents => Set<JobEventRow>();

    /// <summary>Versions and checkpoints that jobs read.</summary>
    public DbSet<JobModelRow> JobModels => Set<JobModelRow>();

    /// <summary>Series of trainings.</summary>
    public DbSet<JobMetricRow> JobMetrics => Set<JobMetricRow>();

    /// <summary>Published checkpoints.</summary>
    public DbSet<CheckpointRow> Checkpoints => Set<CheckpointRow>();

    /// <summary>Registered models.</summary>
    public DbSet<ModelRow> Models => Set<ModelRow>();

    /// <summary>Versions of registered models.</summary>
    public DbSet<ModelVersionRow> ModelVersions => Set<ModelVersionRow>();

    /// <summary>Numbers of deleted models.</summary>
    public DbSet<RetiredModelRow> RetiredModels => Set<RetiredModelRow>();

    /// <summary>Aliases of registered models.</summary>
    public DbSet<AliasRow> Aliases => Set<AliasRow>();

    /// <summary>History of alias moves.</summary>
    public DbSet<AliasMoveRow> AliasMoves => Set<AliasMoveRow>();

    /// <summary>What lies on disk without a name.</summary>
    public DbSet<GarbageRow> Garbage => Set<GarbageRow>();

    /// <summary>API keys.</summary>
    public DbSet<KeyRow> Keys => Set<KeyRow>();

    /// <summary>Resources made under an Idempotency-Key.</summary>
    public DbSet<IdempotencyRow> IdempotencyKeys => Set<IdempotencyRow>();

    /// <summary>Processes that take jobs.</summary>
    public DbSet<WorkerRow> Workers => Set<WorkerRow>();

    /// <summary>Turns of keys in queues.</summary>
    public DbSet<QueueTurnRow> QueueTurns => Set<QueueTurnRow>();

    /// <summary>How often topics were changed.</summary>
    public DbSet<RevisionRow> Revisions => Set<RevisionRow>();

    /// <summary>Work that one process does for all.</summary>
    public DbSet<DutyRow> Duties => Set<DutyRow>();

    /// <summary>What sign-in cookies are sealed with.</summary>
    public DbSet<CookieSecretRow> CookieSecrets => Set<CookieSecretRow>();

    /// <summary>Whether several processes share the database.</summary>
    internal abstract bool IsShared { get; }

    /// <summary>What a SELECT ends with that takes rows to change: they are locked, and those another transaction has are passed over.</summary>
    internal abstract string TakeRows { get; }

    /// <summary>The time that all processes agree on: the database's own, or this process's clock where it is alone.</summary>
    /// <param name="clock">Clock of this process.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <returns>UTC microseconds.</returns>
    internal abstract ValueTask<long> NowAsync(TimeProvider clock, CancellationToken cancellationToken);

    /// <summary>The same without a task, for threads that must not depend on the thread pool.</summary>
    internal abstract long Now(TimeProvider clock);

    /// <summary>Waits until no other transaction changes or holds the topic, and keeps others out until the transaction ends.</summary>
    internal abstract Task LockAsync(WriteTopic topic, CancellationToken cancellationToken);

    /// <summary>The same for what is not worth telling other processes.</summary>
    internal abstract Task LockQuietlyAsync(WriteTopic topic, CancellationToken cancellationToken);

    /// <summary>Waits until no other transaction changes the topic, and keeps those out until the transaction ends.</summary>
    internal abstract Task HoldAsync(WriteTopic topic, CancellationToken cancellationToken);

    /// <summary>Waits until no other transaction has locked the name, and keeps others out until the transaction ends.</summary>
    /// <param name="name">Anything; two names may share a lock, which costs no more than waiting.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    internal abstract Task LockNameAsync(string name, CancellationToken cancellationToken);

    /// <summary>Keeps other transactions from changing a job until this one ends.</summary>
    internal abstract Task LockJobAsync(string jobId, CancellationToken cancellationToken);

    /// <summary>Notes that the transaction which begins now, or goes on, changes a topic.</summary>
    internal void NoteWritten(WriteTopic topic) => _written.Add(topic);

    /// <summary>Topics noted since the last call. Contexts are pooled: who begins a transaction forgets what one that was rolled back had noted.</summary>
    internal IReadOnlyList<WriteTopic> TakeWrittenTopics()
    {
        WriteTopic[] written = [.. _written];
        _written.Clear();
        return written;
    }

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(AppDbContext).Assembly);
        SnakeCase.ApplyTo(modelBuilder);
    }
}
