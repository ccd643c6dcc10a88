using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Storage.Postgres;

/// <summary>Hands out the PostgreSQL context under its provider-neutral type, which is all that stores and handlers know.</summary>
internal sealed class PostgresAppDbContextFactory(IDbContextFactory<PostgresAppDbContext> inner) : IDbContextFactory<AppDbContext>
{
    /// <inheritdoc/>
    public AppDbContext CreateDbContext() => inner.CreateDbContext();
}
