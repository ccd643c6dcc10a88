using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Storage.Sqlite;

/// <summary>The tables on SQLite, for a service on one machine.</summary>
public sealed class SqliteAppDbContext(DbContextOptions<SqliteAppDbContext> options) : AppDbContext(options)
{
    /// <inheritdoc/>
    internal override bool IsShared => false;

    /// <inheritdoc/>
    internal override string TakeRows => "";

    /// <inheritdoc/>
    internal override ValueTask<long> NowAsync(TimeProvider clock, CancellationToken cancellationToken) => ValueTask.FromResult(Now(clock));

    /// <inheritdoc/>
    internal override long Now(TimeProvider clock) => clock.NowMicroseconds();

    // A transaction begins IMMEDIATE: it has the only write lock there is.

    /// <inheritdoc/>
    internal override Task LockAsync(WriteTopic topic, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    internal override Task LockQuietlyAsync(WriteTopic topic, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    internal override Task HoldAsync(WriteTopic topic, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    internal override Task LockNameAsync(string name, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    internal override Task LockJobAsync(string jobId, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Points options at a database file. Transactions begin IMMEDIATE, which is the provider's default.</summary>
    /// <param name="builder">The options.</param>
    /// <param name="databasePath">Path of the file; made when missing.</param>
    public static void Configure(DbContextOptionsBuilder builder, string databasePath)
    {
        var connection = new SqliteConnectionStringBuilder { DataSource = databasePath, ForeignKeys = true, DefaultTimeout = 30 };
        builder.UseSqlite(connection.ToString()).AddInterceptors(new SqliteConnectionSetup());
    }
}
