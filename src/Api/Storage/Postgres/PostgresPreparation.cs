using System.Net.Sockets;
using Hangfire.PostgreSql;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FeedbackService.Api.Storage.Postgres;

/// <summary>
/// Prepares a PostgreSQL database for our tables and Hangfire's. Processes that start at the same time do so one after another; a server
/// that is just starting is waited for.
/// </summary>
internal sealed partial class PostgresPreparation(
    IDbContextFactory<AppDbContext> contexts, DatabaseSettings settings, DataFolderLock folderLock, TimeProvider clock, ILogger<PostgresPreparation> logger) : IDatabasePreparation
{
    /// <summary>Schema of Hangfire's tables.</summary>
    public const string HangfireSchema = "hangfire";

    private const string Remedy = "choose another database with --database.";

    // Any number will do, as long as it is always this one: who holds it is preparing.
    private const long PreparationLock = 0x4665_6564_6261_636B;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public string Name { get; } = NameOf(settings.ConnectionString!);

    /// <inheritdoc/>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        // Held from here on: no service with a database in the data folder starts beside this one.
        ArgumentNullException.ThrowIfNull(folderLock);
        var started = clock.GetTimestamp();
        while (true)
        {
            try
            {
                await PrepareOnceAsync(cancellationToken);
                return;
            }
            catch (Exception fault) when (DatabaseFaults.IsTransient(fault) && clock.GetElapsedTime(started) < Patience)
            {
                LogWaiting(logger, Name, fault.Message);
                await Task.Delay(Pause, clock, cancellationToken);
            }
            catch (Exception fault) when (fault is NpgsqlException or SocketException)
            {
                throw new DataFolderException(
                    $"The database '{Name}' cannot be used: {fault.Message.TrimEnd('.')}. Check that the server runs, that the database of --database exists "
                    + "and that its user may make tables and schemas in it.",
                    fault);
            }
        }
    }

    private static string NameOf(string connectionString)
    {
        try
        {
            var parts = new NpgsqlConnectionStringBuilder(connectionString);
            return $"{parts.Database ?? parts.Username} on {parts.Host}:{parts.Port}";
        }
        catch (Exception fault) when (fault is ArgumentException or KeyNotFoundException)
        {
            // The text itself may hold a password.
            throw new DataFolderException(
                "--database is not a connection string such as 'Host=db;Database=feedbackservice;Username=feedbackservice;Password=…'.", fault);
        }
    }

    private async Task PrepareOnceAsync(CancellationToken cancellationToken)
    {
        // Not from the pool: the lock belongs to the connection and goes with it, however this ends.
        await using var held = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Pooling = false }.ConnectionString);
        await held.OpenAsync(cancellationToken);
        await using (var take = new NpgsqlCommand("SELECT pg_advisory_lock($1)", held) { Parameters = { new() { Value = PreparationLock } }, CommandTimeout = 0 })
        {
            await take.ExecuteNonQueryAsync(cancellationToken);
        }
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await SchemaVersion.RefuseNewerAsync(db, Name, Remedy, cancellationToken);
        await db.Database.MigrateAsync(cancellationToken);
        PostgreSqlObjectsInstaller.Install(held, HangfireSchema);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database {Name} does not answer yet: {Reason}")]
    private static partial void LogWaiting(ILogger logger, string name, string reason);
}
