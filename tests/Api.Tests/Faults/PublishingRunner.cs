using FeedbackService.Api.Files;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Jobs.Training;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Storage;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Configuration;
using FeedbackService.Testing;
using FeedbackService.Training.Checkpoints;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Tests.Faults;

/// <summary>Does with the service's own parts all that a training's runner does but train: what a trainer would have made lies ready.</summary>
internal sealed class PublishingRunner(
    JobLeases leases, FileStore files, FileContents contents, CheckpointPublisher checkpoints, ModelPublisher publisher, DataFolder folder) : IJobRunner
{
    private const int Step = 4;

    public async Task<JobOutcome> RunAsync(JobLease lease, CancellationToken stopping)
    {
        var spec = TrainingSpec.FromJson(lease.Job.SpecJson);
        var staging = Path.Combine(folder.Staging, lease.JobId, $"{lease.Epoch}");
        try
        {
            var file = await files.FindAsync(spec.TrainingFile, stopping)
                ?? throw new JobFailedException(new JobFailure("file_not_found", "The file is gone."));
            await contents.GetAsync(file.Sha256, stopping);
            await checkpoints.RestoreAsync(lease.Job, Path.Combine(staging, "checkpoints"), stopping);
            var artifact = Path.Combine(staging, "artifact");
            TinyArtifacts.Write(artifact, TinyModels.Plain());
            if (!await leases.ReportAsync(lease, new JobReport { ProgressJson = "{}", Metrics = [new JobMetric(1, "step", "{}")] }, CancellationToken.None)
                || !await checkpoints.PublishAsync(lease, Checkpoint(staging, artifact), "{}", CancellationToken.None))
            {
                throw new LeaseLostException(lease.JobId);
            }
            var stored = await publisher.StoreAsync(artifact, stopping);
            return new JobOutcome("{}", async (db, now, token) =>
            {
                var address = await publisher.AddVersionAsync(db, spec.ResultName, stored, lease.JobId, null, now, token);
                await db.Jobs.Where(row => row.Id == lease.JobId).ExecuteUpdateAsync(set => set.SetProperty(row => row.ResultModel, address), token);
                return $"Job succeeded; the model is {address}.";
            });
        }
        finally
        {
            DurableFolder.Remove(staging);
        }
    }

    public Task SalvageAsync(JobLease lease) => Task.CompletedTask;

    private static string Checkpoint(string staging, string artifact)
    {
        var source = Path.Combine(staging, "checkpoints", "new");
        DurableFolder.Copy(artifact, source);
        File.Delete(Path.Combine(source, ArtifactFiles.Manifest));
        var state = new CheckpointState
        {
            Step = Step,
            TrainedTokens = Step,
            BestStep = Step,
            BestMerit = 0.5,
            EvaluationsWithoutGain = 0,
            RunHash = "run",
            Threads = 1,
            Device = "cpu",
            Machine = "tests",
            Files = Directory.GetFiles(source).ToDictionary(path => Path.GetFileName(path), FileHash.Of, StringComparer.Ordinal),
        };
        File.WriteAllBytes(Path.Combine(source, CheckpointStore.StateFile), JsonFiles.ToBytes(state));
        return source;
    }
}
