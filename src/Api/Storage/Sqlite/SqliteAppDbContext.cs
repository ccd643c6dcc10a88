using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Storage.Sqlite;

/// <summary>The tables on SQLite, for a service on one machine.</summary>
public sealed class SqliteAppDbContext(DbContextOptions<SqliteAppDbContext> options) : AppDbContext(options)
{
    /// <summary>Points options at a database file. Transactions begin IMMEDIATE, which is the provider's default.</summary>
    /// <param name="builder">The options.</param>
    /// <param name="databasePath">Path of the file; made when missing.</param>
    public static void Configure(DbContextOptionsBuilder builder, string databasePath)
    {
        var connection = new SqliteConnectionStringBuilder { DataSource = databasePath, ForeignKeys = true, DefaultTimeout = 30 };
        builder.UseSqlite(connection.ToString()).AddInterceptors(new SqliteConnectionSetup());
    }
}
