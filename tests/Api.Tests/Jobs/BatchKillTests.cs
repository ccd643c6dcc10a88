using System.Security.Cryptography;
using System.Text.Json.Nodes;
using FeedbackService.Api.Files;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Jobs.Batches;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Api.Storage.Sqlite;
using FeedbackService.Api.Tests.Storage;
using FeedbackService.Testing;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Tests.Jobs;

/// <summary>kill -9 of the whole service in the middle of a batch, with real processes.</summary>
public sealed class BatchKillTests : IDisposable
{
    private const int Lines = 1500;
    private const int BadEvery = 7;
    private const int Kills = 3;
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    private readonly string _root = TestStorage.NewRoot();

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Trait(TestProvider.Only, TestProvider.Sqlite)]
    [Fact]
    public async Task Kill_InTheMiddle_ThreeTimesOver_LeavesEveryLineOnceAndInOrder()
    {
        var id = await JobHost.PrepareAsync(_root, PrepareAsync);
        var seen = 0;
        for (var kill = 1; kill <= Kills; kill++)
        {
            await using var service = Start();
            await WaitAsync(service, id, row => Done(row) > seen);
            await service.KillAsync();
            var row = await GetAsync(id);
            Assert.Equal((JobState.Running, kill, 1), (row.State, (int)row.LeaseEpoch, row.Attempts));
            seen = Done(row);
            Assert.InRange(seen, 1, Lines - 1);
        }

        await using (var service = Start())
        {
            await WaitAsync(service, id, row => row.FinishedAt is not null);
        }
        var ended = await GetAsync(id);
        Assert.Equal((JobState.Succeeded, null), (ended.State, ended.ErrorMessage));
        var progress = BatchProgress.FromJson(ended.ProgressJson)!;
        Assert.Equal([1, 2, 3, 4], progress.Parts.Select(part => part.Epoch));
        Assert.All(progress.Parts, part => Assert.True(part.OutputBytes > 0));
        Assert.Equal(Enumerable.Range(1, Lines).Where(line => line % BadEvery != 0).Select(line => $"c{line}"), (await ReadAsync(progress.OutputFile!)).Select(line => (string)line["custom_id"]!));
        Assert.Equal(Enumerable.Range(1, Lines).Where(line => line % BadEvery == 0), (await ReadAsync(progress.ErrorFile!)).Select(line => (int)line["line"]!));
        Assert.Equal((Lines, Lines - (Lines / BadEvery), Lines / BadEvery), (progress.Total, progress.Completed, progress.Failed));
    }

    private static async Task<string> PrepareAsync(JobHost host)
    {
        var artifact = Path.Combine(host.Folder.Temporary, Path.GetRandomFileName());
        TinyArtifacts.Write(artifact, TinyArtifacts.Kinds["attending"]);
        var stored = await host.Services.GetRequiredService<ArtifactStore>().PublishAsync(artifact, None);
        await using (var db = await host.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(None))
        {
            db.Models.Add(new ModelRow { Name = "news", LastVersion = 1 });
            db.ModelVersions.Add(new ModelVersionRow { ModelName = "news", Version = 1, ManifestSha256 = stored.ManifestSha256, Directory = stored.Directory, Bytes = stored.Bytes });
            await db.SaveChangesAsync(None);
        }

        var texts = string.Join(',', Enumerable.Repeat("\"red apples\"", 20));
        var content = Path.Combine(host.Folder.Temporary, Path.GetRandomFileName());
        await File.WriteAllLinesAsync(
            content,
            Enumerable.Range(1, Lines).Select(line => $$$"""{"custom_id":"c{{{line}}}","method":"POST","url":"/v1/classify","body":{"model":"news","top_k":{{{(line % BadEvery == 0 ? 0 : 1)}}},"input":[{{{texts}}}]}}"""),
            None);
        var incoming = new IncomingFile(content, "requests.jsonl", new FileInfo(content).Length, Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(content, None))));
        var file = await host.Services.GetRequiredService<FileIntake>().TakeAsync(incoming, FilePurpose.Batch, new(), null, None);
        var job = new NewJob(Ids.NewBatch(), JobKind.Batch, new BatchSpec(file.Id, BatchSpec.Classify, null).ToJson());
        return (await host.Store.CreateAsync(job, None)).Id;
    }

    private static int Done(JobRow row) => BatchProgress.FromJson(row.ProgressJson) is { } progress ? progress.Completed + progress.Failed : 0;

    private ServiceProcess Start() => ServiceProcess.Start(_root, "--Batches:SaveEvery=00:00:00.05");

    private async Task WaitAsync(ServiceProcess service, string id, Func<JobRow, bool> condition)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!condition(await GetAsync(id)))
        {
            Assert.True(!service.HasExited && TimeProvider.System.GetElapsedTime(started) < Deadline, service.Output);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    private async Task<List<JsonNode>> ReadAsync(string fileId)
    {
        await using var db = Open();
        var file = await db.Files.SingleAsync(row => row.Id == fileId, None);
        var lines = await File.ReadAllLinesAsync(Path.Combine(_root, FileContents.KeyOf(file.Sha256)), None);
        return [.. lines.Select(line => JsonNode.Parse(line)!)];
    }

    private async Task<JobRow> GetAsync(string id)
    {
        await using var db = Open();
        return await db.Jobs.AsNoTracking().SingleAsync(row => row.Id == id, None);
    }

    private SqliteAppDbContext Open() => TestStorage.OpenBeside(Path.Combine(_root, "service.db"));
}
