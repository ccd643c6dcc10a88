using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace FeedbackService.Api.Storage.Postgres;

/// <summary>Lets <c>dotnet ef migrations add NAME --context PostgresAppDbContext -o Storage/Migrations/Postgres</c> build the context without a server.</summary>
internal sealed class PostgresDesignTimeFactory : IDesignTimeDbContextFactory<PostgresAppDbContext>
{
    /// <inheritdoc/>
    public PostgresAppDbContext CreateDbContext(string[] args)
    {
        var builder = new DbContextOptionsBuilder<PostgresAppDbContext>();
        PostgresAppDbContext.Configure(builder, "Host=localhost");
        return new PostgresAppDbContext(builder.Options);
    }
}
