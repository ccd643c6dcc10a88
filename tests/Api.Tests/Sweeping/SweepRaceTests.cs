using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Contents;
using FeedbackService.Api.Tests.Storage;
using FeedbackService.Model.Checkpoints;
using Microsoft.Extensions.Time.Testing;

namespace FeedbackService.Api.Tests.Sweeping;

/// <summary>A sweep comes in between while the same bytes are published.</summary>
[Trait(TestProvider.Only, TestProvider.Sqlite)]
public sealed class SweepRaceTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private SweepBench _bench = null!;

    public async ValueTask InitializeAsync() => _bench = await SweepBench.CreateAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task ArtifactPublishedAgain_WhenItsGraceIsOver_Stays()
    {
        await _bench.OrphanAsync("same");
        await _bench.Sweeper.SweepAsync(dryRun: false, None);
        _bench.Registry.Storage.Clock.Advance(SweepBench.Settings.Grace * 2);

        // The publication has found the folder, its row is not written yet.
        var artifact = await _bench.Registry.Publisher.StoreAsync(_bench.Registry.Stage("same"), None);
        Assert.Empty((await _bench.Sweeper.SweepAsync(dryRun: false, None)).Freed);
        Assert.True(Directory.Exists(_bench.Folder.Resolve(artifact.Stored.Directory)));
    }

    [Fact]
    public async Task SweepsAndPublicationsOfTheSameBytes_AtOnce_LeaveNoVersionWithoutFiles()
    {
        for (var round = 0; round < 10; round++)
        {
            await _bench.OrphanAsync("same");
            await _bench.Sweeper.SweepAsync(dryRun: false, None);
            _bench.Registry.Storage.Clock.Advance(SweepBench.Settings.Grace);
            using var start = new Barrier(2);
            var sweep = Task.Run(() =>
            {
                start.SignalAndWait(None);
                return _bench.Sweeper.SweepAsync(dryRun: false, None);
            });
            var publication = Task.Run(() =>
            {
                start.SignalAndWait(None);
                return _bench.Registry.PublishAsync("news", content: "same");
            });
            await Task.WhenAll(sweep, publication);
            var model = await _bench.Registry.Registry.ResolveServableAsync(await publication, None);
            ArtifactReader.Open(model.Directory, ArtifactVerification.Hashes, model.ManifestSha256);
            await _bench.Registry.Models.DeleteAsync("news", None);
            await _bench.SweepAfterGraceAsync();
        }
    }

    [Fact]
    public async Task A10_SweeperWhoseClockIsTwoDaysAhead_WhileTheSameBytesArePublished_LeavesNoVersionWithoutFiles()
    {
        var ahead = new FakeTimeProvider(_bench.Registry.Storage.Clock.GetUtcNow() + TimeSpan.FromHours(48));
        using var sweeper = _bench.NewSweeper(ahead, new DataFolder(Path.Combine(_bench.Folder.Root, "elsewhere")));
        using var enough = new CancellationTokenSource();
        var sweeping = Task.Run(async () =>
        {
            var freed = 0;
            while (!enough.IsCancellationRequested)
            {
                freed += (await sweeper.SweepAsync(dryRun: false, None)).Freed.Count;
            }
            return freed;
        });
        for (var round = 0; round < 40; round++)
        {
            var address = await PublishUntilItGoesWellAsync();
            var model = await _bench.Registry.Registry.ResolveServableAsync(address, None);
            ArtifactReader.Open(model.Directory, ArtifactVerification.Hashes, model.ManifestSha256);
            await _bench.Registry.Models.DeleteAsync("news", None);
        }
        await enough.CancelAsync();
        Assert.True(await sweeping > 0, "The sweeper never came in between.");
    }

    // As a job does that is queued again.
    private async Task<string> PublishUntilItGoesWellAsync()
    {
        while (true)
        {
            try
            {
                return await _bench.Registry.PublishAsync("news", content: "same");
            }
            catch (ContentStoreException)
            {
                // Taken out between being stored and being named.
            }
        }
    }

    [Fact]
    public async Task ArtifactTakenOutBeforeItGotAName_IsRefused()
    {
        var artifact = await _bench.Registry.Publisher.StoreAsync(_bench.Registry.Stage("same"), None);
        await _bench.SweepAfterGraceAsync();
        await Assert.ThrowsAsync<ContentStoreException>(() => _bench.Registry.RegisterAsync("news", artifact));
        Assert.Empty(await _bench.Registry.Models.ListAllVersionsAsync(10, None));
    }
}
