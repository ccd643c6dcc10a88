using FeedbackService.Api.Jobs;
using FeedbackService.Api.Jobs.Training;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Contents;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Configuration;
using FeedbackService.Training.Checkpoints;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Tests.Jobs;

/// <summary>Which checkpoints of a training are kept while it goes on.</summary>
public sealed class CheckpointPublisherTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly string Spec =
        new TrainingSpec { Model = "mlp", Preset = "mlp", TrainingFile = "file-a", ResultName = "news", Seed = 1, Hyperparameters = [] }.ToJson();

    private JobFixture _jobs = null!;
    private CheckpointPublisher _sut = null!;
    private JobLease _lease = null!;

    private DataFolder Folder => _jobs.Storage.Folder;

    public async ValueTask InitializeAsync()
    {
        _jobs = await JobFixture.CreateAsync();
        _sut = new CheckpointPublisher(Folder, new FolderContentStore(Folder.Root), _jobs.Storage, _jobs.Leases, _jobs.Storage.Clock);
        await _jobs.Store.CreateAsync(new NewJob(Ids.NewFineTuningJob(), JobKind.Train, Spec), None);
        _lease = (await _jobs.ClaimAsync())!;
    }

    public ValueTask DisposeAsync() => _jobs.DisposeAsync();

    [Fact]
    public async Task OldOnesGo_ButForTheBest()
    {
        await PublishAsync(10, 20, 30, 40);
        Assert.Equal(["1-resume-30", "1-resume-40", "1-step-10", "1-step-30", "1-step-40"], Names());
    }

    [Fact]
    public async Task OneThatAJobReads_StaysUntilThatHasEnded()
    {
        await PublishAsync(10, 20);
        var evaluation = new NewJob(Ids.NewEvaluation(), JobKind.Evaluate, "{}") { Reads = [$"{_lease.JobId}:step-20"] };
        await _jobs.Store.CreateAsync(evaluation, None);
        await PublishAsync(30, 40);
        Assert.Equal(["1-resume-30", "1-resume-40", "1-step-10", "1-step-20", "1-step-30", "1-step-40"], Names());

        await _jobs.Store.RequestCancelAsync(evaluation.Id, JobKind.Evaluate, None);
        await PublishAsync(50);
        Assert.Equal(["1-resume-40", "1-resume-50", "1-step-10", "1-step-40", "1-step-50"], Names());
        await using var db = _jobs.Storage.CreateDbContext();
        Assert.Equal([10, 40, 50], await db.Checkpoints.Select(row => row.Step).Order().ToListAsync(None));
    }

    [Fact]
    public async Task StepPublishedTwice_KeepsTheArtifactThatItsRowNames()
    {
        await PublishAsync(10);
        _jobs.Storage.Clock.Advance(TimeSpan.FromSeconds(2));
        Directory.Delete(Path.Combine(Folder.Staging, _lease.JobId), recursive: true);
        await PublishAsync(10);
        await using var db = _jobs.Storage.CreateDbContext();
        var row = await db.Checkpoints.SingleAsync(None);
        ArtifactReader.Open(Folder.Resolve(row.Directory), ArtifactVerification.Hashes, row.ManifestSha256);
    }

    [Fact]
    public async Task Restore_GivesTheNewestTwo_AndTheOneBefore_WhenTheNewestIsGone()
    {
        await PublishAsync(10, 20, 30);
        var job = await _jobs.GetAsync(_lease.JobId);
        var target = Path.Combine(Folder.Staging, "next");
        await _sut.RestoreAsync(job, target, None);
        Assert.Equal(["step-20", "step-30"], Directory.GetDirectories(target).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));

        Directory.Delete(Folder.Resolve(job.LastCheckpoint!), recursive: true);
        var again = Path.Combine(Folder.Staging, "after");
        await _sut.RestoreAsync(job, again, None);
        Assert.Equal("step-20", Path.GetFileName(Assert.Single(Directory.GetDirectories(again))));
    }

    private async Task PublishAsync(params int[] steps)
    {
        foreach (var step in steps)
        {
            Assert.True(await _sut.PublishAsync(_lease, Written(step), "{}", None));
        }
    }

    /// <summary>A checkpoint as a training leaves it.</summary>
    private string Written(int step)
    {
        var source = Directory.CreateDirectory(Path.Combine(Folder.Staging, _lease.JobId, $"step-{step}")).FullName;
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in new[] { "config.json", "model.safetensors", "tokenizer_config.json" })
        {
            files[name] = DurableFiles.Create(Path.Combine(source, name), stream => stream.Write(System.Text.Encoding.UTF8.GetBytes($"{name}{step}"))).Sha256;
        }

        var state = new CheckpointState
        {
            Step = step,
            TrainedTokens = step,
            BestStep = 10,
            BestMerit = 0.5,
            EvaluationsWithoutGain = 0,
            RunHash = "run",
            Threads = 1,
            Device = "cpu",
            Machine = "tests",
            Files = files,
        };
        DurableFiles.Create(Path.Combine(source, CheckpointStore.StateFile), stream => stream.Write(JsonFiles.ToBytes(state)));
        return source;
    }

    private IEnumerable<string> Names() =>
        Directory.GetDirectories(Path.Combine(Folder.Checkpoints, _lease.JobId)).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);
}
