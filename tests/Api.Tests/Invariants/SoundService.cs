using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Api.Storage.Sqlite;
using FeedbackService.Api.Tests.Storage;
using FeedbackService.Testing;
using FeedbackService.Testing.Invariants;
using FeedbackService.Testing.Load;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Tests.Invariants;

/// <summary>A data folder in which all is well: one training that has succeeded, its version, a checkpoint and its file. To be spoilt.</summary>
internal sealed class SoundService : IAsyncDisposable
{
    public const string Job = "ftjob-1";
    public const string File = "file-1";

    private const long FinishedAt = 2_000_000;

    private SoundService(DataFolder folder)
    {
        Folder = folder;
        Checker = new InvariantChecker(Connect, new StoredFolder(folder.Root));
    }

    public DataFolder Folder { get; }

    public InvariantChecker Checker { get; }

    public List<HistoryEntry> History { get; } =
    [
        new("key-1", "POST /v1/files", DateTimeOffset.UnixEpoch, 200, File, null),
        new("key-2", "POST /v1/fine_tuning/jobs", DateTimeOffset.UnixEpoch, null, null, "connection refused"),
        new("key-2", "POST /v1/fine_tuning/jobs", DateTimeOffset.UnixEpoch, 200, Job, null),
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<SoundService> CreateAsync()
    {
        var service = new SoundService(new DataFolder(TestStorage.NewRoot()));
        await using var db = service.Open();
        await db.Database.MigrateAsync(Cancel);
        await service.FillAsync(db);
        return service;
    }

    /// <summary>What the checker says, wherever the database stands.</summary>
    public Task<IReadOnlyList<Violation>> CheckAsync() => Checker.CheckAsync(History, TimeSpan.Zero, Cancel);

    public async Task ExecuteAsync(string statement)
    {
        await using var connection = Connect();
        await connection.OpenAsync(Cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = statement;
        await command.ExecuteNonQueryAsync(Cancel);
    }

    /// <summary>Makes a file in the data folder.</summary>
    public void Plant(string path)
    {
        var full = Folder.Resolve(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        System.IO.File.WriteAllText(full, "planted");
    }

    public SqliteAppDbContext Open() => TestStorage.OpenBeside(Folder.Database);

    public ValueTask DisposeAsync()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(Folder.Root, recursive: true);
        return ValueTask.CompletedTask;
    }

    private SqliteConnection Connect() => new($"Data Source={Folder.Database};Pooling=False");

    private async Task FillAsync(SqliteAppDbContext db)
    {
        var (blob, manifest) = Write(Path.Combine(Folder.Blobs, "new"));
        var place = Path.Combine(Folder.Blobs, manifest);
        Directory.Move(blob, place);
        var (checkpoint, checkpointManifest) = Write(Path.Combine(Folder.Checkpoints, Job, "step-5"));
        Plant("files/ab/abcdef");
        db.Files.Add(new FileRow { Id = File, Sha256 = "abcdef", Bytes = "planted".Length, Status = "processed", Purpose = "fine-tune" });
        db.Jobs.Add(new JobRow { Id = Job, Kind = JobKind.Train, State = JobState.Succeeded, Queue = "train", FinishedAt = FinishedAt, ResultModel = "news:1" });
        db.Models.Add(new ModelRow { Name = "news", LastVersion = 1 });
        db.ModelVersions.Add(new ModelVersionRow { ModelName = "news", Version = 1, JobId = Job, ManifestSha256 = manifest, Directory = Folder.Relative(place) });
        db.Checkpoints.Add(new CheckpointRow
        {
            Id = "ftckpt-1",
            JobId = Job,
            Step = 5,
            Directory = Folder.Relative(checkpoint),
            ManifestSha256 = checkpointManifest,
            CreatedAt = 1,
        });
        db.JobMetrics.Add(new JobMetricRow { JobId = Job, Step = 5, Kind = "step", CreatedAt = 1 });
        db.JobEvents.Add(new JobEventRow { Id = "ftevent-1", JobId = Job, Type = "status", Message = "Job started.", CreatedAt = 1 });
        db.JobEvents.Add(new JobEventRow { Id = "ftevent-2", JobId = Job, Type = "status", Message = "Job succeeded; the model is news:1.", CreatedAt = FinishedAt });
        db.IdempotencyKeys.Add(new IdempotencyRow { Key = "key-1", Route = "POST /v1/files", ResourceId = File });
        db.IdempotencyKeys.Add(new IdempotencyRow { Key = "key-2", Route = "POST /v1/fine_tuning/jobs", ResourceId = Job });
        await db.SaveChangesAsync(Cancel);
    }

    private static (string Directory, string Manifest) Write(string directory) => (directory, TinyArtifacts.Write(directory, TinyArtifacts.Kinds["plain"]));
}
