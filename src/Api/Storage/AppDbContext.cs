using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Storage;

/// <summary>
/// The tables of the service. Each database provider derives a context of its own, so that each has its own
/// migration set in this assembly.
/// </summary>
public abstract class AppDbContext : DbContext
{
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

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(AppDbContext).Assembly);
        SnakeCase.ApplyTo(modelBuilder);
    }
}
