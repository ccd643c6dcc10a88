using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace FeedbackService.Api.Storage.Postgres;

/// <summary>The tables on PostgreSQL, for any number of processes on any number of machines.</summary>
public sealed class PostgresAppDbContext(DbContextOptions<PostgresAppDbContext> options) : AppDbContext(options)
{
    /// <summary>Channel on which commits tell the topics that they have changed.</summary>
    internal const string Channel = "feedbackservice_changes";

    private const string NowStatement = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS \"Value\"";

    /// <inheritdoc/>
    internal override bool IsShared => true;

    /// <inheritdoc/>
    internal override string TakeRows => "FOR UPDATE SKIP LOCKED";

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        ArgumentNullException.ThrowIfNull(configurationBuilder);
        // Ids and names are ordered by their bytes, as on SQLite, whatever language the server was set up in.
        configurationBuilder.Properties<string>().UseCollation("C");
    }

    /// <summary>Points options at a database.</summary>
    /// <param name="builder">The options.</param>
    /// <param name="connectionString">As Npgsql takes it.</param>
    public static void Configure(DbContextOptionsBuilder builder, string connectionString) => builder.UseNpgsql(connectionString)
        // Whoever asked gets the exception and says what it means. The first migration asks for a table that is not there yet.
        .ConfigureWarnings(warnings => warnings.Log((RelationalEventId.CommandError, LogLevel.Debug)));

    /// <inheritdoc/>
    internal override async ValueTask<long> NowAsync(TimeProvider clock, CancellationToken cancellationToken) =>
        await Database.SqlQueryRaw<long>(NowStatement).SingleAsync(cancellationToken);

    /// <inheritdoc/>
    internal override long Now(TimeProvider clock) => Database.SqlQueryRaw<long>(NowStatement).Single();

    /// <inheritdoc/>
    internal override Task LockAsync(WriteTopic topic, CancellationToken cancellationToken) => Database.ExecuteSqlRawAsync(
        $"UPDATE revisions SET revision = revision + 1 WHERE topic = {{0}}; SELECT pg_notify('{Channel}', {{0}})", [topic.Name()], cancellationToken);

    /// <inheritdoc/>
    internal override Task LockQuietlyAsync(WriteTopic topic, CancellationToken cancellationToken) =>
        Database.ExecuteSqlRawAsync("SELECT 1 FROM revisions WHERE topic = {0} FOR UPDATE", [topic.Name()], cancellationToken);

    /// <inheritdoc/>
    internal override Task HoldAsync(WriteTopic topic, CancellationToken cancellationToken) =>
        Database.ExecuteSqlRawAsync("SELECT 1 FROM revisions WHERE topic = {0} FOR SHARE", [topic.Name()], cancellationToken);

    /// <inheritdoc/>
    internal override Task LockNameAsync(string name, CancellationToken cancellationToken) =>
        Database.ExecuteSqlRawAsync("SELECT pg_advisory_xact_lock(hashtextextended({0}, 0))", [name], cancellationToken);

    /// <inheritdoc/>
    internal override Task LockJobAsync(string jobId, CancellationToken cancellationToken) =>
        Database.ExecuteSqlRawAsync("SELECT 1 FROM jobs WHERE id = {0} FOR UPDATE", [jobId], cancellationToken);
}
