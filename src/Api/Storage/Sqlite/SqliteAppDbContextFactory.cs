using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Storage.Sqlite;

/// <summary>Hands out the SQLite context under its provider-neutral type, which is all that stores and handlers know.</summary>
internal sealed class SqliteAppDbContextFactory(IDbContextFactory<SqliteAppDbContext> inner) : IDbContextFactory<AppDbContext>
{
    /// <inheritdoc/>
    public AppDbContext CreateDbContext() => inner.CreateDbContext();
}
