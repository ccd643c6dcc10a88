using FeedbackService.Api.Registry;
using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FeedbackService.Api.Tests.Storage;

/// <summary>A database with rows that the first version of the schema holds, brought to the newest.</summary>
public sealed class UpgradeTests
{
    private const string Rows = """
        INSERT INTO files (id, purpose, file_name, bytes, sha256, status, reading_json, report_json, created_at) VALUES ('file-a', 'fine-tune', 'a.csv', 5, 'ab', 'processed', '{}', '{}', 1);
        INSERT INTO idempotency_keys (key, route, request_hash, resource_id, created_at) VALUES ('k', 'r', 'h', 'file-a', 1);
        INSERT INTO jobs (id, kind, queue, state, priority, spec_json, metadata_json, attempts, max_attempts, lease_epoch, cancel_requested, pause_requested, updated_at, created_at)
            VALUES ('ftjob-a', 'Train', 'training', 'Succeeded', 0, '{}', '{}', 1, 5, 1, 0, 0, 1, 1);
        INSERT INTO job_events (id, job_id, level, type, message, created_at) VALUES ('ftevent-a', 'ftjob-a', 'info', 'status', 'Job started.', 1);
        INSERT INTO job_metrics (job_id, step, kind, values_json, created_at) VALUES ('ftjob-a', 1, 'train', '{}', 1);
        INSERT INTO checkpoints (id, job_id, step, directory, manifest_sha256, metrics_json, created_at) VALUES ('ftckpt_a', 'ftjob-a', 1, 'blobs/a', 'aa', '{}', 1);
        INSERT INTO models (name, tags_json, last_version, updated_at, created_at) VALUES ('news', '{}', 2, 1, 1);
        INSERT INTO model_versions (model_name, version, job_id, kind, manifest_sha256, directory, bytes, metrics_json, lineage_json, created_at)
            VALUES ('news', 1, 'ftjob-a', 'classifier', 'bb', 'blobs/b', 9, '{}', '{}', 1), ('news', 2, NULL, 'classifier', 'cc', 'blobs/c', 9, '{}', '{}', 2);
        INSERT INTO aliases (model_name, alias, version, revision, updated_at) VALUES ('news', 'production', 1, 1, 1);
        INSERT INTO alias_moves (model_name, alias, from_version, to_version, reason, created_at) VALUES ('news', 'production', NULL, 1, 'first', 1);
        """;

    private static readonly CancellationToken None = CancellationToken.None;

    [Trait(TestProvider.Only, TestProvider.Sqlite)]
    [Fact]
    public async Task Start_OnADatabaseOfTheFirstVersion_KeepsItsRows_AndGoesOnWithThem()
    {
        var root = TestStorage.NewRoot();
        Directory.CreateDirectory(root);
        await MakeFirstVersionAsync(Path.Combine(root, "service.db"));

        await using var storage = await TestStorage.CreateAsync(root);

        await using var db = storage.CreateDbContext();
        Assert.Empty(await db.Database.GetPendingMigrationsAsync(None));
        Assert.Null((await db.Files.SingleAsync(None)).ExpiresAt);
        var job = await db.Jobs.SingleAsync(None);
        Assert.Equal((JobState.Succeeded, null), (job.State, job.CancelRequestedAt));
        Assert.Equal(1, await db.JobEvents.CountAsync(None));
        Assert.Equal(1, await db.JobMetrics.CountAsync(None));
        Assert.Equal(1, await db.Checkpoints.CountAsync(None));
        Assert.Equal("file-a", (await db.IdempotencyKeys.SingleAsync(None)).ResourceId);
        Assert.Equal(["{}", "{}"], await db.ModelVersions.Select(version => version.TagsJson).ToListAsync(None));

        var moved = await new AliasStore(storage, storage.Clock).PutAsync(
            new("news", "production", 2, "upgraded", null), AliasPrecondition.Seen(1), None);
        Assert.NotNull(moved);
        Assert.Equal([1, 2], await db.AliasMoves.OrderBy(move => move.Sequence).Select(move => move.ToVersion!.Value).ToListAsync(None));
    }

    private static async Task MakeFirstVersionAsync(string path)
    {
        await using var db = TestStorage.OpenBeside(path);
        await db.GetService<IMigrator>().MigrateAsync(db.Database.GetMigrations().First(), None);
        await db.Database.OpenConnectionAsync(None);
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = Rows;
        await command.ExecuteNonQueryAsync(None);
    }
}
