using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Storage;

/// <summary>Brings the database to the schema of this program before anything else starts.</summary>
internal sealed partial class DatabaseInitializer(
    IDbContextFactory<AppDbContext> contexts,
    DataFolder folder,
    DataFolderLock folderLock,
    ILogger<DatabaseInitializer> logger) : IHostedLifecycleService
{
    /// <inheritdoc/>
    /// <exception cref="DataFolderException">The file cannot be written to, is no database, or is from a newer program.</exception>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        // Holding the lock is what makes removing an abandoned migration lock safe.
        ArgumentNullException.ThrowIfNull(folderLock);
        CreatePrivate(folder.Database);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        try
        {
            await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL", cancellationToken);
            await RefuseNewerAsync(db, cancellationToken);
            await RemoveAbandonedMigrationLockAsync(db, cancellationToken);
            await db.Database.MigrateAsync(cancellationToken);
        }
        catch (SqliteException fault)
        {
            throw new DataFolderException(
                $"The database '{folder.Database}' cannot be used: {fault.Message} Check that this user may write to it and that the disk "
                + "is not full, restore it from a backup, or choose another folder with --data-dir.",
                fault);
        }
        LogReady(logger, folder.Database);
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

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

    private async Task RefuseNewerAsync(AppDbContext db, CancellationToken cancellationToken)
    {
        var applied = await db.Database.GetAppliedMigrationsAsync(cancellationToken);
        var unknown = applied.Except(db.Database.GetMigrations(), StringComparer.Ordinal).FirstOrDefault();
        if (unknown is not null)
        {
            throw new DataFolderException(
                $"The database '{folder.Database}' was written by a newer version of this service (it has '{unknown}'). "
                + "Start that version or a later one, or choose another folder with --data-dir.");
        }
    }

    // EF's migration lock on SQLite is a row; a process killed while migrating leaves it, and every later start would wait for ever.
    private static async Task RemoveAbandonedMigrationLockAsync(AppDbContext db, CancellationToken cancellationToken)
    {
        if (db.Database.IsSqlite())
        {
            await db.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\"", cancellationToken);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Database {Path} is ready")]
    private static partial void LogReady(ILogger logger, string path);
}
