using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Storage.Sqlite;

/// <summary>Prepares the database file of a data folder that this process has to itself.</summary>
internal sealed class SqlitePreparation(IDbContextFactory<AppDbContext> contexts, DataFolder folder, DataFolderLock folderLock) : IDatabasePreparation
{
    private const string Remedy = "choose another folder with --data-dir.";

    /// <inheritdoc/>
    public string Name => folder.Database;

    /// <inheritdoc/>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        // Holding the lock is what makes removing an abandoned migration lock safe.
        ArgumentNullException.ThrowIfNull(folderLock);
        CreatePrivate(folder.Database);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        try
        {
            await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL", cancellationToken);
            await SchemaVersion.RefuseNewerAsync(db, Name, Remedy, cancellationToken);
            // EF's migration lock on SQLite is a row; a process killed while migrating leaves it, and every later start would wait for ever.
            await db.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\"", cancellationToken);
            await db.Database.MigrateAsync(cancellationToken);
        }
        catch (SqliteException fault)
        {
            throw new DataFolderException(
                $"The database '{folder.Database}' cannot be used: {fault.Message} Check that this user may write to it and that the disk "
                + $"is not full, restore it from a backup, or {Remedy}",
                fault);
        }
    }

    // SQLite would leave it to the umask, which usually lets everybody on the machine read. Its -wal and -shm get the mode of the database.
    private static void CreatePrivate(string database)
    {
        if (!OperatingSystem.IsWindows() && !File.Exists(database))
        {
            new FileStream(database, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }).Dispose();
        }
    }
}
