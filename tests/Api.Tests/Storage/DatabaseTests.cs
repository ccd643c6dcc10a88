using System.Globalization;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Tests.Storage;

public sealed class DatabaseTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Schema_HasNoChangesWithoutAMigration()
    {
        await using var storage = await TestStorage.CreateAsync();
        await using var db = storage.CreateDbContext();
        Assert.False(db.Database.HasPendingModelChanges());
        Assert.Empty(await db.Database.GetPendingMigrationsAsync(None));
    }

    [Trait(TestProvider.Only, TestProvider.Sqlite)]
    [Fact]
    public async Task WhatIsKept_IsForItsOwnerAlone()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        await using var storage = await TestStorage.CreateAsync();
        await using var db = storage.CreateDbContext();
        await db.Models.AnyAsync(None);
        const UnixFileMode ownerAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var root = new DirectoryInfo(storage.Folder.Root);
        Assert.All(root.GetFiles("service.db*"), file => Assert.Equal(ownerAlone, file.UnixFileMode));
        Assert.All(root.GetDirectories().Append(root), folder => Assert.Equal(ownerAlone | UnixFileMode.UserExecute, folder.UnixFileMode));
    }

    [Trait(TestProvider.Only, TestProvider.Sqlite)]
    [Theory]
    [InlineData("journal_mode", "wal")]
    [InlineData("synchronous", "2")]
    [InlineData("foreign_keys", "1")]
    [InlineData("busy_timeout", "20000")]
    public async Task Connection_IsSetFor(string pragma, string expected)
    {
        await using var storage = await TestStorage.CreateAsync();
        await using var db = storage.CreateDbContext();
        Assert.Equal(expected, await ReadPragmaAsync(db, pragma));
    }

    [Trait(TestProvider.Only, TestProvider.Sqlite)]
    [Fact]
    public async Task Transaction_BeginsImmediate_SoASecondWriterWaitsAtBegin()
    {
        await using var storage = await TestStorage.CreateAsync();
        await using var first = storage.CreateDbContext();
        await using var held = await first.Database.BeginTransactionAsync(None);
        await using var other = new SqliteConnection($"Data Source={storage.Folder.Database};Default Timeout=1;Pooling=False");
        await other.OpenAsync(None);
        var refused = Assert.Throws<SqliteException>(() => other.BeginTransaction());
        Assert.Equal(5, refused.SqliteErrorCode);
    }

    [Fact]
    public async Task Text_HoldsEnumsByName()
    {
        await using var storage = await TestStorage.CreateAsync();
        await using var db = storage.CreateDbContext();
        db.Jobs.Add(new JobRow { Id = "ftjob-a", Kind = JobKind.Train, State = JobState.Paused });
        await db.SaveChangesAsync(None);
        var stored = await db.Database.SqlQueryRaw<string>("SELECT kind || '/' || state AS \"Value\" FROM jobs").SingleAsync(None);
        Assert.Equal("Train/Paused", stored);
    }

    [Trait(TestProvider.Only, TestProvider.Sqlite)]
    [Fact]
    public async Task Start_OnADatabaseOfANewerVersion_SaysSo()
    {
        string root;
        await using (var storage = await TestStorage.CreateAsync(TestStorage.NewRoot()))
        {
            await using var db = storage.CreateDbContext();
            await db.Database.ExecuteSqlRawAsync(
                "INSERT INTO \"__EFMigrationsHistory\" VALUES ('29990101000000_Later', '99.0.0')", None);
            root = storage.Folder.Root + "-copy";
            Directory.CreateDirectory(root);
            await db.Database.ExecuteSqlRawAsync("VACUUM INTO {0}", [Path.Combine(root, "service.db")], None);
        }
        var refused = await Assert.ThrowsAsync<DataFolderException>(() => TestStorage.CreateAsync(root));
        Assert.Contains("newer version", refused.Message, StringComparison.Ordinal);
        Directory.Delete(root, recursive: true);
    }

    [Trait(TestProvider.Only, TestProvider.Sqlite)]
    [Fact]
    public async Task Start_OnAFileThatIsNoDatabase_SaysWhichFile()
    {
        var root = TestStorage.NewRoot();
        Directory.CreateDirectory(root);
        await File.WriteAllTextAsync(Path.Combine(root, "service.db"), new string('x', 5000), None);
        var refused = await Assert.ThrowsAsync<DataFolderException>(() => TestStorage.CreateAsync(root));
        Assert.Contains("service.db", refused.Message, StringComparison.Ordinal);
        Directory.Delete(root, recursive: true);
    }

    [Trait(TestProvider.Only, TestProvider.Sqlite)]
    [Fact]
    public async Task Start_AfterAKillDuringMigration_DoesNotWaitForEver()
    {
        var storage = await TestStorage.CreateAsync();
        await using (var db = storage.CreateDbContext())
        {
            await db.Database.ExecuteSqlRawAsync(
                "CREATE TABLE IF NOT EXISTS \"__EFMigrationsLock\" (\"Id\" INTEGER NOT NULL PRIMARY KEY, \"Timestamp\" TEXT NOT NULL)", None);
            await db.Database.ExecuteSqlRawAsync("INSERT OR REPLACE INTO \"__EFMigrationsLock\" VALUES (1, '2026-01-01')", None);
        }
        var root = await storage.AbandonAsync();
        await using var again = await TestStorage.CreateAsync(root);
        Assert.Equal(root, again.Folder.Root);
    }

    [Trait(TestProvider.Only, TestProvider.Sqlite)]
    [Fact]
    public async Task Folder_InUse_IsRefusedByName()
    {
        await using var storage = await TestStorage.CreateAsync();
        var refused = await Assert.ThrowsAsync<DataFolderException>(() => TestStorage.CreateAsync(storage.Folder.Root));
        Assert.Contains("in use", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<string?> ReadPragmaAsync(AppDbContext db, string pragma)
    {
        await db.Database.OpenConnectionAsync(None);
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = $"PRAGMA {pragma}";
        return Convert.ToString(await command.ExecuteScalarAsync(None), CultureInfo.InvariantCulture);
    }
}
