using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace FeedbackService.Api.Storage.Sqlite;

/// <summary>Lets <c>dotnet ef migrations add NAME -o Storage/Migrations/Sqlite</c> build the context without starting the service.</summary>
internal sealed class SqliteDesignTimeFactory : IDesignTimeDbContextFactory<SqliteAppDbContext>
{
    /// <inheritdoc/>
    public SqliteAppDbContext CreateDbContext(string[] args)
    {
        var builder = new DbContextOptionsBuilder<SqliteAppDbContext>();
        SqliteAppDbContext.Configure(builder, ":memory:");
        return new SqliteAppDbContext(builder.Options);
    }
}
