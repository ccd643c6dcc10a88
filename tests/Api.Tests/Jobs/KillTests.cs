using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Api.Storage.Sqlite;
using FeedbackService.Api.Tests.Storage;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Testing;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Tests.Jobs;

/// <summary>kill -9 of the whole service, with real processes.</summary>
public sealed class KillTests : IDisposable
{
    private const int Jobs = 4;
    private const int Kills = 3;
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    private readonly string _root = TestStorage.NewRoot();

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Trait(TestProvider.Only, TestProvider.Sqlite)]
    [Theory]
    [InlineData(JobHost.Supervised, "classifier")]
    [InlineData(JobHost.Pretraining, "encoder")]
    public async Task Kill_WhileOneTrainsAndThreeWait_ThreeTimesOver_LosesNoJobAndMakesOneVersionEach(string method, string kind)
    {
        var ids = await JobHost.PrepareAsync(_root, Jobs, JobHost.Tiny(60), method);
        long seen = 0;
        for (var kill = 1; kill <= Kills; kill++)
        {
            await using var service = ServiceProcess.Start(_root, "--Jobs:CheckpointEvery=00:00:00.2");
            await WaitAsync(service, async db => await db.JobMetrics.AnyAsync(row => row.Sequence > seen, None));
            await service.KillAsync();
            await using var db = Open();
            seen = await db.JobMetrics.MaxAsync(row => row.Sequence, None);
            var jobs = await db.Jobs.AsNoTracking().OrderBy(row => row.CreatedAt).ToListAsync(None);
            Assert.Equal([JobState.Running, JobState.Queued, JobState.Queued, JobState.Queued], jobs.Select(job => job.State));
            Assert.Equal(kill, jobs[0].LeaseEpoch);
            await WaitForOrphansAsync();
        }

        await using (var service = ServiceProcess.Start(_root, "--Jobs:CheckpointEvery=00:00:00.2"))
        {
            await WaitAsync(service, async db => !await db.Jobs.AnyAsync(row => row.FinishedAt == null, None));
        }
        await using (var db = Open())
        {
            var jobs = await db.Jobs.AsNoTracking().OrderBy(row => row.CreatedAt).ToListAsync(None);
            Assert.All(jobs, job => Assert.Equal((JobState.Succeeded, null), (job.State, job.ErrorMessage)));
            var versions = await db.ModelVersions.AsNoTracking().OrderBy(row => row.Version).ToListAsync(None);
            Assert.Equal(ids, versions.Select(version => version.JobId));
            Assert.Equal([1, 2, 3, 4], versions.Select(version => version.Version));
            Assert.All(versions, version => Assert.Equal(kind, version.Kind));
            Assert.All(versions, version => ArtifactReader.Open(Path.Combine(_root, version.Directory), ArtifactVerification.Hashes, version.ManifestSha256));
        }
        await WaitForOrphansAsync();
    }

    // A training process ends by itself when its parent is gone; it has only to notice.
    private async Task WaitForOrphansAsync()
    {
        var started = TimeProvider.System.GetTimestamp();
        while (ServiceProcess.Naming(_root) is { Count: > 0 } orphans)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(10), string.Join('\n', orphans));
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    private async Task WaitAsync(ServiceProcess service, Func<AppDbContext, Task<bool>> condition)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            await using var db = Open();
            if (await condition(db))
            {
                return;
            }
            Assert.True(!service.HasExited && TimeProvider.System.GetElapsedTime(started) < Deadline, service.Output);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    private SqliteAppDbContext Open() => TestStorage.OpenBeside(Path.Combine(_root, "service.db"));
}
