using FeedbackService.Api.Files;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Api.Sweeping;
using FeedbackService.Api.Tests.Storage;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Tests.Sweeping;

[Trait(TestProvider.Only, TestProvider.Sqlite)]
public sealed class SweeperTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly SweepOptions Settings = SweepBench.Settings;

    private SweepBench _bench = null!;

    private DataFolder Folder => _bench.Folder;

    public async ValueTask InitializeAsync() => _bench = await SweepBench.CreateAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task DeletedVersion_KeepsItsFilesForTheGrace_ThenFreesTheDisk()
    {
        await _bench.Registry.PublishAsync("news");
        _bench.Registry.Storage.Clock.Advance(TimeSpan.FromDays(100));
        await _bench.Registry.Models.DeleteVersionAsync("news", 1, None);
        var before = DurableFolder.SizeOf(Folder.Blobs);
        Assert.True(before > 0);

        Assert.Equal(before, (await _bench.Sweeper.SweepAsync(dryRun: false, None)).Waiting.Single().Bytes);
        _bench.Registry.Storage.Clock.Advance(Settings.Grace - TimeSpan.FromSeconds(1));
        Assert.Empty((await _bench.Sweeper.SweepAsync(dryRun: false, None)).Freed);
        _bench.Registry.Storage.Clock.Advance(TimeSpan.FromSeconds(1));
        var freed = (await _bench.Sweeper.SweepAsync(dryRun: false, None)).Freed.Single();

        Assert.Equal(("artifact", before), (freed.Kind, freed.Bytes));
        Assert.Equal(0, DurableFolder.SizeOf(Folder.Blobs) + DurableFolder.SizeOf(Folder.Trash));
        Assert.Empty(await MarksAsync());
        Assert.Empty((await _bench.Sweeper.SweepAsync(dryRun: false, None)).Freed);
    }

    [Fact]
    public async Task DryRun_SaysWhatWouldGo_AndChangesNothing()
    {
        await _bench.OrphanAsync("a");
        Assert.Single((await _bench.Sweeper.SweepAsync(dryRun: true, None)).Waiting);
        Assert.Single(await MarksAsync());
        await _bench.SweepAfterGraceAsync(dryRun: true);
        Assert.Single((await _bench.Sweeper.SweepAsync(dryRun: true, None)).Freed);
        Assert.Single(Directory.GetDirectories(Folder.Blobs));
    }

    [Fact]
    public async Task ArtifactThatAnotherVersionShares_Stays()
    {
        await _bench.Registry.PublishAsync("news", content: "same");
        await _bench.Registry.PublishAsync("copy", content: "same");
        Assert.Single(Directory.GetDirectories(Folder.Blobs));
        await _bench.Registry.Models.DeleteAsync("news", None);
        Assert.Empty((await _bench.SweepAfterGraceAsync()).Freed);
        Assert.Equal("copy:1", (await _bench.Registry.Registry.ResolveServableAsync("copy", None)).Address);
        await _bench.Registry.Models.DeleteAsync("copy", None);
        Assert.Single((await _bench.SweepAfterGraceAsync()).Freed);
    }

    [Fact]
    public async Task ArtifactOthersAreBuiltOn_Stays_ThoughItsVersionIsGone()
    {
        var orphan = await _bench.OrphanAsync("base");
        await _bench.Registry.PublishAsync("adapter");
        await using (var db = _bench.Registry.Storage.CreateDbContext())
        {
            await db.ModelVersions.ExecuteUpdateAsync(set => set.SetProperty(row => row.BaseManifestSha256, Path.GetFileName(orphan)), None);
        }
        Assert.Empty((await _bench.SweepAfterGraceAsync()).Freed);
        Assert.True(Directory.Exists(orphan));
    }

    [Fact]
    public async Task MarkOfAClockThatWasAhead_BeginsItsGraceNow()
    {
        await _bench.OrphanAsync("a");
        await _bench.Sweeper.SweepAsync(dryRun: false, None);
        await using (var db = _bench.Registry.Storage.CreateDbContext())
        {
            var ahead = _bench.Registry.Storage.Clock.NowMicroseconds() + TimeSpan.FromDays(1000).ToMicroseconds();
            await db.Garbage.ExecuteUpdateAsync(set => set.SetProperty(mark => mark.Since, ahead), None);
        }
        Assert.Single((await _bench.SweepAfterGraceAsync()).Freed);
    }

    [Fact]
    public async Task CrashAfterTheRename_IsMadeGoodByTheNextSweep()
    {
        var orphan = await _bench.OrphanAsync("a");
        await _bench.Sweeper.SweepAsync(dryRun: false, None);
        // As a crash before the commit leaves it: the mark is there, the folder is in the trash.
        Directory.Move(orphan, Path.Combine(Folder.Trash, "a"));
        await _bench.SweepAfterGraceAsync();
        Assert.Empty(Directory.GetFileSystemEntries(Folder.Trash));
        Assert.Empty(await MarksAsync());

        // The same bytes once more: their grace begins anew.
        await _bench.OrphanAsync("a");
        Assert.Single((await _bench.Sweeper.SweepAsync(dryRun: false, None)).Waiting);
    }

    [Fact]
    public async Task EndedJob_KeepsItsNewestCheckpointsAndTheBest_ForAWhile()
    {
        await JobAsync("ftjob-a", JobState.Succeeded, progress: """{"best_step":10}""", steps: [10, 20, 30, 40]);
        await JobAsync("ftjob-b", JobState.Paused, progress: null, steps: [10, 20, 30]);
        Resume("ftjob-a", 40);
        Resume("ftjob-b", 30);
        await _bench.SweepAfterGraceAsync();
        Assert.Equal(["step-10", "step-30", "step-40"], Names("ftjob-a"));
        Assert.Equal(["resume-30", "step-10", "step-20", "step-30"], Names("ftjob-b"));

        _bench.Registry.Storage.Clock.Advance(Settings.KeepCheckpointsFor);
        await _bench.SweepAfterGraceAsync();
        await _bench.SweepAfterGraceAsync();
        Assert.False(Directory.Exists(Path.Combine(Folder.Checkpoints, "ftjob-a")));
        Assert.Equal(4, Names("ftjob-b").Count());
    }

    [Fact]
    public async Task CheckpointThatAJobReads_StaysUntilThatHasEnded()
    {
        await JobAsync("ftjob-a", JobState.Failed, progress: null, steps: [10]);
        await using (var db = _bench.Registry.Storage.CreateDbContext())
        {
            db.Jobs.Add(new JobRow { Id = "eval_a", Kind = JobKind.Evaluate, State = JobState.Queued });
            db.JobModels.Add(new JobModelRow { JobId = "eval_a", Model = "ftjob-a:step-10" });
            await db.SaveChangesAsync(None);
        }
        _bench.Registry.Storage.Clock.Advance(Settings.KeepCheckpointsFor * 2);
        await _bench.SweepAfterGraceAsync();
        Assert.Equal(["step-10"], Names("ftjob-a"));
    }

    [Fact]
    public async Task LeftoversOfCrashesAndOldPredictions_Go_AndWhatIsInUseStays()
    {
        var now = _bench.Registry.Storage.Clock.GetUtcNow();
        await JobAsync("ftjob-run", JobState.Running, progress: null, steps: []);
        var evaluations = Directory.CreateDirectory(Path.Combine(Folder.Root, "evaluations")).FullName;
        var content = new string('a', 64);
        string[] dead =
        [
            Write(Path.Combine(Folder.Staging, "ftjob-dead", "1", "model.safetensors")),
            Write(Path.Combine(Folder.Files, content[..2], content)),
            Write(Path.Combine(Folder.Files, "findings", "file-dead", "rows.index")),
            Write(Path.Combine(evaluations, "eval_dead.jsonl")),
            Write(Path.Combine(Folder.Temporary, "upload")),
        ];
        string[] alive =
        [
            Write(Path.Combine(Folder.Staging, "ftjob-run", "1", "model.safetensors")),
            Write(Path.Combine(evaluations, "eval_kept.jsonl")),
            Write(Path.Combine(Folder.Files, "findings", "file-kept", "rows.index")),
            Write(Path.Combine(Folder.Temporary, "growing")),
        ];
        File.SetLastWriteTimeUtc(dead[^1], now.UtcDateTime.AddDays(-1));
        await using (var db = _bench.Registry.Storage.CreateDbContext())
        {
            db.Files.Add(new FileRow { Id = "file-kept", Purpose = "evals", FileName = "kept.csv", Sha256 = new string('b', 64), Status = "processed" });
            db.Jobs.Add(new JobRow { Id = "eval_kept", Kind = JobKind.Evaluate, State = JobState.Succeeded, FinishedAt = _bench.Registry.Storage.Clock.NowMicroseconds() });
            await db.SaveChangesAsync(None);
        }
        Assert.Equal(["attempt", "temporary"], (await _bench.Sweeper.SweepAsync(dryRun: false, None)).Freed.Select(item => item.Kind));
        Assert.Equal(["file", "file", "predictions"], (await _bench.SweepAfterGraceAsync()).Freed.Select(item => item.Kind).Order(StringComparer.Ordinal));
        Assert.All(dead, path => Assert.False(File.Exists(path), path));
        Assert.All(alive, path => Assert.True(File.Exists(path), path));

        _bench.Registry.Storage.Clock.Advance(Settings.KeepPredictions);
        await _bench.SweepAfterGraceAsync();
        Assert.False(File.Exists(alive[1]));
    }

    [Fact]
    public async Task AnswersAndIdempotencyKeys_GoAfterADay()
    {
        await using (var db = _bench.Registry.Storage.CreateDbContext())
        {
            var now = _bench.Registry.Storage.Clock.NowMicroseconds();
            db.Jobs.Add(new JobRow { Id = "cls_a", Kind = JobKind.Classify, State = JobState.Succeeded, FinishedAt = now });
            db.IdempotencyKeys.Add(new IdempotencyRow { Key = "k", Route = "r", CreatedAt = now });
            await db.SaveChangesAsync(None);
        }
        await _bench.Sweeper.SweepAsync(dryRun: false, None);
        await using var after = _bench.Registry.Storage.CreateDbContext();
        Assert.Equal(1, await after.Jobs.CountAsync(None));
        _bench.Registry.Storage.Clock.Advance(Settings.KeepClassifications + TimeSpan.FromSeconds(1));
        await _bench.Sweeper.SweepAsync(dryRun: false, None);
        Assert.Equal(0, await after.Jobs.CountAsync(None) + await after.IdempotencyKeys.CountAsync(None));
    }

    [Fact]
    public async Task File_GoesWithItsContentWhenItsTimeIsOver_UnlessAJobNeedsIt()
    {
        foreach (var id in new[] { "file-a", "file-b", "file-c" })
        {
            var expires = id == "file-c" ? (long?)null : _bench.Registry.Storage.Clock.NowMicroseconds() + TimeSpan.FromHours(1).ToMicroseconds();
            await _bench.Files.AddAsync(new FileRow { Id = id, Sha256 = id, ExpiresAt = expires }, Write(Path.Combine(Folder.Temporary, id)), "none", null, null, None);
        }
        await using var db = _bench.Registry.Storage.CreateDbContext();
        db.Jobs.Add(new JobRow { Id = "batch_a", Kind = JobKind.Batch, State = JobState.Queued, SpecJson = """{"input_file":"file-b"}""" });
        await db.SaveChangesAsync(None);
        await _bench.Sweeper.SweepAsync(dryRun: false, None);
        Assert.Equal(3, await db.Files.CountAsync(None));
        _bench.Registry.Storage.Clock.Advance(TimeSpan.FromHours(1));
        await _bench.Sweeper.SweepAsync(dryRun: false, None);
        Assert.Equal(["file-b", "file-c"], await db.Files.Select(row => row.Id).Order().ToListAsync(None));
        Assert.Equal([false, true, true], new[] { "file-a", "file-b", "file-c" }.Select(id => File.Exists(Folder.Resolve(FileContents.KeyOf(id)))));
    }

    [Fact]
    public async Task PartsOfABatch_GoWhenItHasEnded()
    {
        await using (var db = _bench.Registry.Storage.CreateDbContext())
        {
            db.Jobs.Add(new JobRow { Id = "batch_a", Kind = JobKind.Batch, State = JobState.Queued });
            db.Jobs.Add(new JobRow { Id = "batch_b", Kind = JobKind.Batch, State = JobState.Succeeded, FinishedAt = 1 });
            await db.SaveChangesAsync(None);
        }
        var parts = new[] { "batch_a", "batch_b" }.Select(id => Write(Path.Combine(Folder.Batches, id, "1-output.jsonl"))).ToList();
        Assert.Equal("batch", (await _bench.SweepAfterGraceAsync()).Freed.Single().Kind);
        Assert.Equal([true, false], parts.Select(File.Exists));
    }

    [Theory]
    [InlineData(0, 600)]
    [InlineData(59, 600)]
    [InlineData(3600, 0)]
    public void Settings_OutOfRange_AreRefused(int grace, int every)
    {
        var options = new SweepOptions { Grace = TimeSpan.FromSeconds(grace), Every = TimeSpan.FromSeconds(every) };
        Assert.Single(options.Validate(new System.ComponentModel.DataAnnotations.ValidationContext(options)));
    }

    private async Task<List<string>> MarksAsync()
    {
        await using var db = _bench.Registry.Storage.CreateDbContext();
        return await db.Garbage.Select(mark => mark.Path).ToListAsync(None);
    }

    private async Task JobAsync(string id, JobState state, string? progress, int[] steps)
    {
        await using var db = _bench.Registry.Storage.CreateDbContext();
        var ended = state is JobState.Succeeded or JobState.Failed or JobState.Cancelled;
        db.Jobs.Add(new JobRow { Id = id, Kind = JobKind.Train, State = state, ProgressJson = progress, FinishedAt = ended ? _bench.Registry.Storage.Clock.NowMicroseconds() : null });
        foreach (var step in steps)
        {
            var folder = Path.Combine(Folder.Checkpoints, id, $"step-{step}");
            Write(Path.Combine(folder, "model.safetensors"));
            db.Checkpoints.Add(new CheckpointRow { Id = $"{id}-{step}", JobId = id, Step = step, Directory = Folder.Relative(folder) });
        }
        await db.SaveChangesAsync(None);
    }

    private void Resume(string id, int step) => Write(Path.Combine(Folder.Checkpoints, id, $"resume-{step}", "optimizer.safetensors"));

    private IEnumerable<string> Names(string id) =>
        Directory.GetDirectories(Path.Combine(Folder.Checkpoints, id)).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    private static string Write(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "x");
        return path;
    }
}
