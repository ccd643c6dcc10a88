using System.Globalization;
using System.Text.Json.Nodes;
using FeedbackService.Api.Errors;
using FeedbackService.Api.Events;
using FeedbackService.Api.Hosting;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Storage;
using FeedbackService.Model.Checkpoints;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Imports;

/// <summary>Fetches a checkpoint from the hub, converts it and publishes it as a version.</summary>
internal sealed class ImportJobRunner(
    DataFolder folder, HubClient hub, CheckpointImporter importer, ModelPublisher publisher, JobLeases leases, IOptions<ServiceOptions> options) : IJobRunner
{
    /// <inheritdoc/>
    public async Task<JobOutcome> RunAsync(JobLease lease, CancellationToken stopping)
    {
        var spec = ImportSpec.FromJson(lease.Job.SpecJson);

        // The epoch in the path: a holder that was fenced off and the one after it never share a folder.
        var staging = Path.Combine(folder.Staging, lease.JobId, lease.Epoch.ToString(CultureInfo.InvariantCulture));
        DurableFolder.Remove(staging);
        using var checkpoint = new StagedCheckpoint(staging);
        try
        {
            await FetchAsync(lease, spec, checkpoint, stopping);
            var artifact = await importer.ImportAsync(checkpoint, new ArtifactOrigin("huggingface", [], spec.Repository, spec.Revision), stopping);
            return new JobOutcome(null, async (db, now, token) =>
            {
                var address = await publisher.AddVersionAsync(db, spec.Name, artifact, lease.JobId, lease.Job.CreatedByKeyId, now, token);
                await db.Jobs.Where(row => row.Id == lease.JobId).ExecuteUpdateAsync(set => set.SetProperty(row => row.ResultModel, address), token);
                return $"Import succeeded; the model is {address}.";
            });
        }
        catch (HubException fault)
        {
            throw new JobFailedException(new JobFailure(fault.Code, fault.Message, "source"), fault);
        }
        catch (ServiceException refused)
        {
            throw new JobFailedException(new JobFailure(refused.Code, refused.Message, "source"), refused);
        }
    }

    private async Task FetchAsync(JobLease lease, ImportSpec spec, StagedCheckpoint checkpoint, CancellationToken stopping)
    {
        using var phase = JobActivities.Phase("import.fetch");
        var files = HubSelection.Of(await hub.ListAsync(spec.Repository, spec.Revision, stopping), spec.Repository);
        var left = options.Value.MaxUploadBytes;
        if (files.Sum(file => file.Bytes ?? 0) is var listed && listed > left)
        {
            throw new HubException("checkpoint_too_large", $"The files of '{spec.Repository}' have {listed} bytes, more than the {left} that --max-upload-bytes allows.");
        }

        foreach (var file in files)
        {
            var (bytes, sha256) = await hub.FetchAsync(spec.Repository, spec.Revision, file, checkpoint.PathOf(file.Name), left, stopping);
            checkpoint.Add(file.Name, bytes, sha256);
            left -= bytes;
            var progress = new JsonObject { ["files"] = checkpoint.Files.Count, ["total_files"] = files.Count, ["bytes"] = checkpoint.Files.Sum(done => done.Size) };
            var report = new JobReport { ProgressJson = progress.ToJsonString(), Events = [JobEvent.Info($"Fetched {file.Name}, {bytes} bytes, SHA-256 {sha256}.")] };
            if (!await leases.ReportAsync(lease, report, CancellationToken.None))
            {
                throw new LeaseLostException(lease.JobId);
            }
        }
    }
}
