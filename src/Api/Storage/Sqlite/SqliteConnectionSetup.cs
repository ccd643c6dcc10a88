using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace FeedbackService.Api.Storage.Sqlite;

/// <summary>Sets what SQLite keeps per connection: full synchronisation, and waiting for the one writer instead of failing.</summary>
internal sealed class SqliteConnectionSetup : DbConnectionInterceptor
{
    // WAL with synchronous=NORMAL may lose the last commits when the power goes; an accepted job must not be lost.
    private const string Pragmas = "PRAGMA synchronous=FULL; PRAGMA busy_timeout=20000;";

    /// <inheritdoc/>
    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Pragmas;
        command.ExecuteNonQuery();
    }

    /// <inheritdoc/>
    public override async Task ConnectionOpenedAsync(
        DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = Pragmas;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
