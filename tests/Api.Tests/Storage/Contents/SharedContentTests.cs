using System.Text;
using FeedbackService.Api.Files;
using FeedbackService.Api.Jobs.Batches;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Contents;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Api.Sweeping;
using FeedbackService.Api.Tests.Jobs;
using FeedbackService.Api.Tests.Registry;
using FeedbackService.Model.Checkpoints;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace FeedbackService.Api.Tests.Storage.Contents;

/// <summary>The service's own use of an S3 store: batches that change machines, files, and sweeps beside publications.</summary>
public sealed class SharedContentTests(S3Fixture s3) : IClassFixture<S3Fixture>, IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly string _first = TestStorage.NewRoot();
    private readonly string _second = TestStorage.NewRoot();
    private readonly string _prefix = S3Stores.NewPrefix();

    public void Dispose()
    {
        foreach (var folder in new[] { _first, _second }.Where(Directory.Exists))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Batch_GoesOnOnAnotherMachine_WithWhatWasCounted()
    {
        var parts = new List<BatchPart>();
        using (var dead = new BatchPartWriter(new DataFolder(_first), S3Stores.Open(s3.Server.Address, _prefix, new DataFolder(_first)), "batch_a", epoch: 1))
        {
            dead.Write(Answer("1"));
            await dead.KeepAsync(None);
            dead.Write(Answer("2"));
            dead.Write(Refusal("3"));
            parts.Add(await dead.KeepAsync(None));
            // Uploaded but not counted: the process dies before its row is written, and its successor answers the line again.
            dead.Write(Answer("lost"));
            await dead.KeepAsync(None);
        }

        await JobHost.PrepareAsync(
            _second,
            async host =>
            {
                using (var successor = new BatchPartWriter(host.Folder, host.Services.GetRequiredService<IContentStore>(), "batch_a", epoch: 2))
                {
                    successor.Write(Answer("4"));
                    parts.Add(await successor.KeepAsync(None));
                }

                Assert.Equal([new BatchPart(1, 4, 2, 2, 1), new BatchPart(2, 2, 0, 1, 0)], parts);
                var progress = BatchFiles.Name(new BatchProgress { Completed = 3, Failed = 1, Parts = parts });
                var row = new JobRow { Id = "batch_a", Kind = JobKind.Batch, SpecJson = new BatchSpec("file-a", BatchSpec.Classify, null).ToJson() };
                await foreach (var enter in host.Services.GetRequiredService<BatchFiles>().KeepAsync(row, progress, None))
                {
                    await using var db = await host.OpenAsync();
                    await using var transaction = await db.Database.BeginTransactionAsync(None);
                    await enter(db, 1, None);
                    await db.SaveChangesAsync(None);
                    await transaction.CommitAsync(None);
                }

                Assert.Equal("1\n2\n4\n", await ReadAsync(host, progress.OutputFile!));
                Assert.Equal("3\n", await ReadAsync(host, progress.ErrorFile!));
                return true;
            },
            services => S3Stores.Use(services, s3.Server.Address, _prefix, _second));
    }

    [Fact]
    public async Task File_IsAddedSharedAndDeleted_LeavingNoObject() => await JobHost.PrepareAsync(
        _first,
        async host =>
        {
            var files = host.Services.GetRequiredService<FileStore>();
            var store = host.Services.GetRequiredService<IContentStore>();
            var (one, same) = (await host.AddFileAsync(), await host.AddFileAsync());
            var sha256 = (await files.GetAsync(one, None)).Sha256;
            await files.DeleteAsync(one, None);
            Assert.True(await store.ExistsAsync(FileContents.KeyOf(sha256), None));
            await files.DeleteAsync(same, None);
            Assert.False(await store.ExistsAsync(FileContents.KeyOf(sha256), None));
            return true;
        },
        services => S3Stores.Use(services, s3.Proxy.Address, _prefix, _first));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SweepsAndPublicationsOfTheSameBytes_AtOnce_LeaveNoVersionWithoutFiles(bool conditional)
    {
        var endpoint = conditional ? s3.Proxy.Address : s3.Server.Address;
        await using var registry = await RegistryFixture.CreateAsync(folder => S3Stores.Open(endpoint, _prefix, folder));
        await registry.Store.StartAsync(None);
        var removal = new LeftoverRemoval(registry.Storage, registry.Store, NullLogger<LeftoverRemoval>.Instance);
        for (var round = 0; round < 5; round++)
        {
            var key = (await registry.Publisher.StoreAsync(registry.Stage("same"), None)).Stored.Directory;
            await using (var db = registry.Storage.CreateDbContext())
            {
                await db.Garbage.ExecuteUpdateAsync(set => set.SetProperty(mark => mark.Since, 0), None);
            }

            var sweep = Task.Run(() => removal.TryTakeOutAsync(new ArtifactLeftovers(), key, since: 0, None));
            var publication = Task.Run(() => registry.PublishAsync("news", content: "same"));
            await Task.WhenAll(sweep, publication);
            await registry.Store.GetFolderAsync(key, None);
            var fresh = S3Stores.Open(endpoint, _prefix, new DataFolder(Path.Combine(_second, round.ToString(System.Globalization.CultureInfo.InvariantCulture))));
            ArtifactReader.Open(await fresh.GetFolderAsync(key, None), ArtifactVerification.Hashes, Path.GetFileName(key));
            await registry.Models.DeleteAsync("news", None);
        }
    }

    private static BatchAnswer Answer(string line) => new(Encoding.UTF8.GetBytes(line), Succeeded: true, Tokens: 0);

    private static BatchAnswer Refusal(string line) => new(Encoding.UTF8.GetBytes(line), Succeeded: false, Tokens: 0);

    private static async Task<string> ReadAsync(JobHost host, string fileId)
    {
        var row = await host.Services.GetRequiredService<FileStore>().GetAsync(fileId, None);
        return await File.ReadAllTextAsync(await host.Services.GetRequiredService<FileContents>().GetAsync(row.Sha256, None), None);
    }
}
