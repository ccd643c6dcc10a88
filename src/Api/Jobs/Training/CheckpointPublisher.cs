using System.Globalization;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Faults;
using FeedbackService.Training.Checkpoints;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Jobs.Training;

/// <summary>
/// Publishes checkpoints out of a training's own folder: <c>checkpoints/{job}/step-n</c> is a model of its own that can be served,
/// <c>checkpoints/{job}/resume-n</c> is what the training goes on from after a crash. Files are shared, not copied, so the
/// training's own pruning and ours do not meet.
/// </summary>
internal sealed class CheckpointPublisher(DataFolder folder, IDbContextFactory<AppDbContext> contexts, JobLeases leases, TimeProvider clock)
{
    private const int KeptNewest = 2;

    // Needed for going on only; a served model has no use for them.
    private static readonly string[] ResumeOnly = [CheckpointStore.OptimizerFile, CheckpointStore.BestFile, CheckpointStore.StateFile];

    /// <summary>Gives a training that was interrupted its newest checkpoint back.</summary>
    /// <param name="job">The job.</param>
    /// <param name="target">The new attempt's folder of checkpoints.</param>
    public void Restore(JobRow job, string target)
    {
        Directory.CreateDirectory(target);
        if (job.LastCheckpoint is null)
        {
            return;
        }
        var resume = folder.Resolve(job.LastCheckpoint);
        if (Directory.Exists(resume))
        {
            var state = JsonFiles.Read<CheckpointState>(Path.Combine(resume, CheckpointStore.StateFile));
            DurableFolder.Share(resume, Path.Combine(target, StepName("step", state.Step)));
        }
    }

    /// <summary>Publishes a checkpoint that the training has just written.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="source">Folder the training wrote.</param>
    /// <param name="best">Step of the best evaluation so far; never pruned.</param>
    /// <param name="metricsJson">Validation figures at the step.</param>
    /// <param name="cancellationToken">Stops before the row is written.</param>
    /// <returns>False when the lease is lost.</returns>
    /// <exception cref="IOException">The disk refuses; not found: the training has replaced the checkpoint by newer ones meanwhile.</exception>
    public async Task<bool> PublishAsync(JobLease lease, string source, long best, string metricsJson, CancellationToken cancellationToken)
    {
        var state = JsonFiles.Read<CheckpointState>(Path.Combine(source, CheckpointStore.StateFile));
        var root = Path.Combine(folder.Checkpoints, lease.JobId);
        Directory.CreateDirectory(root);
        var servable = Path.Combine(root, StepName("step", state.Step));
        var resume = Path.Combine(root, StepName("resume", state.Step));
        if (!Directory.Exists(resume))
        {
            Place(lease, resume, staging => DurableFolder.Share(source, staging));
        }
        if (!Directory.Exists(servable))
        {
            Place(lease, servable, staging => MakeServable(lease, source, state, staging));
        }
        var row = new CheckpointRow
        {
            Id = Ids.NewCheckpoint(),
            JobId = lease.JobId,
            Step = checked((int)state.Step),
            Directory = Path.GetRelativePath(folder.Root, servable),
            ManifestSha256 = ArtifactReader.Open(servable).ManifestSha256,
            MetricsJson = metricsJson,
        };
        FaultPoint.Reach(FaultPoints.CheckpointPlaced);
        if (!await leases.SaveCheckpointAsync(lease, row, Path.GetRelativePath(folder.Root, resume), cancellationToken))
        {
            return false;
        }
        FaultPoint.Reach(FaultPoints.CheckpointRowCommitted);
        await PruneAsync(lease.JobId, root, resume, best, cancellationToken);
        return true;
    }

    // Complete under another name, then renamed: a folder under its final name is always whole.
    private static void Place(JobLease lease, string target, Action<string> fill)
    {
        var staging = string.Create(CultureInfo.InvariantCulture, $"{target}.{lease.Epoch}.partial");
        DurableFolder.Remove(staging);
        try
        {
            fill(staging);
            FaultPoint.Reach(FaultPoints.CheckpointFileWritten);
            DurableFolder.Flush(staging);
            DurableFolder.Move(staging, target);
        }
        catch (IOException) when (Directory.Exists(target))
        {
            // A holder that was fenced off meanwhile had placed it: the same step of the same training.
        }
        finally
        {
            DurableFolder.Remove(staging);
        }
    }

    private void MakeServable(JobLease lease, string source, CheckpointState state, string target)
    {
        var files = state.Files.Where(file => !ResumeOnly.Contains(file.Key)).OrderBy(file => file.Key, StringComparer.Ordinal).ToList();
        DurableFolder.Share(source, target, files.Select(file => file.Key));
        var manifest = new ArtifactManifest
        {
            FormatVersion = ArtifactManifest.CurrentFormatVersion,
            Kind = ArtifactKind.Complete,
            CreatedAt = clock.GetUtcNow(),
            Precision = ArtifactPrecision.Float32,
            Files = [.. files.Select(file => new ArtifactFile(file.Key, new FileInfo(Path.Combine(target, file.Key)).Length, file.Value))],
            Lineage = new ArtifactLineage { JobId = lease.JobId, BaseModel = TrainingSpec.FromJson(lease.Job.SpecJson).Model },
        };
        DurableFiles.Create(Path.Combine(target, ArtifactFiles.Manifest), stream => stream.Write(JsonFiles.ToBytes(manifest)));
    }

    private async Task PruneAsync(string jobId, string root, string newestResume, long best, CancellationToken cancellationToken)
    {
        foreach (var old in Directory.EnumerateDirectories(root, "resume-*").Where(path => path != newestResume).ToList())
        {
            DurableFolder.Remove(old);
        }
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var dropped = (await db.Checkpoints.AsNoTracking().Where(row => row.JobId == jobId).OrderByDescending(row => row.Step).ToListAsync(cancellationToken))
            .Skip(KeptNewest).Where(row => row.Step != best).ToList();
        foreach (var row in dropped)
        {
            await using var transaction = await db.BeginWriteAsync(WriteTopic.Registry, cancellationToken);
            if (await ModelReads.UnendedReaders(db, ModelAddress.OfCheckpoint(jobId, row.Step)).AnyAsync(cancellationToken))
            {
                // An evaluation or a batch works with it. Looked at again with the next checkpoint, and by the sweeper after the training.
                continue;
            }
            // The row first: nobody may find a model whose files are going.
            await db.Checkpoints.Where(old => old.Id == row.Id).ExecuteDeleteAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            DurableFolder.Remove(folder.Resolve(row.Directory));
        }
    }

    private static string StepName(string kind, long step) => string.Create(CultureInfo.InvariantCulture, $"{kind}-{step}");
}
