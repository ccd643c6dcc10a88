using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Postgres;
using Hangfire;
using Hangfire.InMemory;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;

namespace FeedbackService.Api.Jobs;

/// <summary>Where Hangfire keeps its rings: in this process's memory, or beside our tables for all processes.</summary>
internal static class HangfireStorage
{
    /// <summary>Makes it. Hangfire's tables are there by then, or made before its first use.</summary>
    public static JobStorage Create(DatabaseSettings database) => database.ConnectionString is { } connection
        ? new RingStorage(
            new NpgsqlConnectionFactory(connection, Options),
            Options)
        : new InMemoryStorage(new InMemoryStorageOptions { MaxExpirationTime = TimeSpan.FromHours(1) });

    private static PostgreSqlStorageOptions Options { get; } = new()
    {
        SchemaName = PostgresPreparation.HangfireSchema,
        // Made with our own tables, under the same lock.
        PrepareSchemaIfNecessary = false,
        // A ring is answered for as long as jobs wait, hours perhaps: it must not be given to a second worker meanwhile. Should it be, the
        // lease on our row decides.
        UseSlidingInvisibilityTimeout = true,
        InvisibilityTimeout = TimeSpan.FromMinutes(5),
        // No long polling (LISTEN/NOTIFY): it hears a ring sooner, but an idle worker then took up to a minute to stop.
        QueuePollInterval = TimeSpan.FromMilliseconds(250),
        EnableLongPolling = false,
    };
}
