using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeedbackService.Api.Storage;

/// <summary>Whether a database fits this program.</summary>
internal static class SchemaVersion
{
    /// <summary>Refuses a database with migrations that this program does not know: it would write what the newer one cannot read.</summary>
    /// <param name="db">The database; it may be empty.</param>
    /// <param name="name">What it is called in messages.</param>
    /// <param name="remedy">How to choose another.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <exception cref="DataFolderException">It is from a newer program.</exception>
    public static async Task RefuseNewerAsync(AppDbContext db, string name, string remedy, CancellationToken cancellationToken)
    {
        if (!await db.GetService<IHistoryRepository>().ExistsAsync(cancellationToken))
        {
            return;
        }
        var applied = await db.Database.GetAppliedMigrationsAsync(cancellationToken);
        var unknown = applied.Except(db.Database.GetMigrations(), StringComparer.Ordinal).FirstOrDefault();
        if (unknown is not null)
        {
            throw new DataFolderException(
                $"The database '{name}' was written by a newer version of this service (it has '{unknown}'). Start that version or a later one, or {remedy}");
        }
    }
}
