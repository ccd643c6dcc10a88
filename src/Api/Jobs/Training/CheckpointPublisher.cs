using System.Globalization;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Contents;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Faults;
using FeedbackService.Training.Checkpoints;
using FeedbackService.Training.Options;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Jobs.Training;

/// <summary>
/// Publishes checkpoints out of a training's own folder: <c>checkpoints/{job}/{epoch}-step-n</c> is a model of its own that can be
/// served, <c>checkpoints/{job}/{epoch}-resume-n</c> is what the training goes on from after a crash. The epoch of the lease is in the
/// key, so that a holder that was declared dead never writes where its successor reads. Files are shared, not copied, so the training's
/// own pruning and ours do not meet.
/// </summary>
internal sealed class CheckpointPublisher(DataFolder folder, IContentStore store, IDbContextFactory<AppDbContext> contexts, JobLeases leases, TimeProvider clock)
{
    private const int KeptNewest = 2;
    private const string Resume = "resume";
    private const string Step = "step";

    // Needed for going on only; a served model has no use for them.
    private static readonly string[] ResumeOnly = [CheckpointStore.OptimizerFile, CheckpointStore.BestFile, CheckpointStore.StateFile];

    /// <summary>
    /// Gives a training that was interrupted its newest checkpoints back: should the newest be damaged, it goes on from the one before, and
    /// without any it begins anew.
    /// </summary>
    /// <param name="job">The job.</param>
    /// <param name="target">The new attempt's folder of checkpoints.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task RestoreAsync(JobRow job, string target, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(target);
        if (job.LastCheckpoint is not { } newest)
        {
            return;
        }
        var (_, last) = Parse(newest);
        var earlier = (await ResumesAsync(job.Id, job.LeaseEpoch, cancellationToken)).Where(key => key != newest && Parse(key).Step < last);
        foreach (var key in earlier.Take(KeptNewest - 1).Prepend(newest))
        {
            await TryRestoreAsync(key, target, cancellationToken);
        }
    }

    private async Task TryRestoreAsync(string key, string target, CancellationToken cancellationToken)
    {
        try
        {
            var resume = await store.GetFolderAsync(key, cancellationToken);
            DurableFolder.Share(resume, Path.Combine(target, string.Create(CultureInfo.InvariantCulture, $"{Step}-{Parse(key).Step}")));
        }
        catch (Exception lost) when (lost is DirectoryNotFoundException or FileNotFoundException or DamagedContentException)
        {
            // Everything can be computed again.
        }
    }

    /// <summary>Publishes a checkpoint that the training has just written.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="source">Folder the training wrote.</param>
    /// <param name="metricsJson">Validation figures at the step.</param>
    /// <param name="cancellationToken">Stops before the row is written.</param>
    /// <returns>False when the lease is lost.</returns>
    /// <exception cref="IOException">The disk or the store refuses; not found: the training has replaced the checkpoint by newer ones meanwhile.</exception>
    public async Task<bool> PublishAsync(JobLease lease, string source, string metricsJson, CancellationToken cancellationToken)
    {
        var state = JsonFiles.Read<CheckpointState>(Path.Combine(source, CheckpointStore.StateFile));
        var (servable, resume) = (KeyOf(lease, Step, state.Step), KeyOf(lease, Resume, state.Step));
        if (await IsPublishedAsync(servable, cancellationToken))
        {
            // Told to stop at the very step of a checkpoint, a training writes it again. The row names the first one's manifest, which has its time in it.
            return true;
        }
        await PutAsync(resume, staging => DurableFolder.Share(source, staging), cancellationToken);
        var row = new CheckpointRow { Id = Ids.NewCheckpoint(), JobId = lease.JobId, Step = checked((int)state.Step), Directory = servable, MetricsJson = metricsJson };
        await PutAsync(
            servable,
            staging =>
            {
                MakeServable(lease, source, state, staging);
                row.ManifestSha256 = ArtifactReader.Open(staging).ManifestSha256;
            },
            cancellationToken);
        FaultPoint.Reach(FaultPoints.CheckpointPlaced);
        if (!await leases.SaveCheckpointAsync(lease, row, resume, cancellationToken))
        {
            return false;
        }
        FaultPoint.Reach(FaultPoints.CheckpointRowCommitted);
        await PruneAsync(lease, state.BestStep, cancellationToken);
        return true;
    }

    private async Task<bool> IsPublishedAsync(string servable, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Checkpoints.AnyAsync(row => row.Directory == servable, cancellationToken);
    }

    private async Task PutAsync(string key, Action<string> fill, CancellationToken cancellationToken)
    {
        var staging = Path.Combine(folder.Temporary, Guid.CreateVersion7().ToString("N"));
        try
        {
            fill(staging);
            FaultPoint.Reach(FaultPoints.CheckpointFileWritten);
            await store.PutFolderAsync(key, staging, cancellationToken);
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
        var spec = TrainingSpec.FromJson(lease.Job.SpecJson);
        var manifest = new ArtifactManifest
        {
            FormatVersion = ArtifactManifest.CurrentFormatVersion,
            Kind = spec.MethodKind == TrainingMethods.MaskedLanguageModeling ? ArtifactKind.Encoder : ArtifactKind.Complete,
            CreatedAt = clock.GetUtcNow(),
            Precision = ArtifactPrecision.Float32,
            Files = [.. files.Select(file => new ArtifactFile(file.Key, new FileInfo(Path.Combine(target, file.Key)).Length, file.Value))],
            Lineage = new ArtifactLineage { JobId = lease.JobId, BaseModel = spec.Model },
        };
        DurableFiles.Create(Path.Combine(target, ArtifactFiles.Manifest), stream => stream.Write(JsonFiles.ToBytes(manifest)));
    }

    // The best of all evaluations is never dropped, in whichever attempt it was made.
    private async Task PruneAsync(JobLease lease, long best, CancellationToken cancellationToken)
    {
        foreach (var key in (await ResumesAsync(lease.JobId, lease.Epoch, cancellationToken)).Skip(KeptNewest))
        {
            await store.RemoveAsync(key, cancellationToken);
        }
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var dropped = (await db.Checkpoints.AsNoTracking().Where(row => row.JobId == lease.JobId).OrderByDescending(row => row.Step).ToListAsync(cancellationToken))
            .Skip(KeptNewest).Where(row => row.Step != best).ToList();
        foreach (var row in dropped)
        {
            await DropAsync(db, lease, row, cancellationToken);
        }
        await store.CleanAsync(cancellationToken);
    }

    private async Task DropAsync(AppDbContext db, JobLease lease, CheckpointRow row, CancellationToken cancellationToken)
    {
        await using var transaction = await db.BeginWriteAsync(WriteTopic.Registry, cancellationToken);
        // Which one is the best is for the holder of the lease to say; the update keeps the row from being claimed until the commit.
        var held = await db.Jobs.Where(job => job.Id == lease.JobId && job.LeaseOwner == lease.Owner && job.LeaseEpoch == lease.Epoch && job.State == JobState.Running)
            .ExecuteUpdateAsync(set => set.SetProperty(job => job.LeaseEpoch, job => job.LeaseEpoch), cancellationToken);
        if (held == 0 || await ModelReads.UnendedReaders(db, ModelAddress.OfCheckpoint(row.JobId, row.Step)).AnyAsync(cancellationToken))
        {
            // An evaluation or a batch works with it. Looked at again with the next checkpoint, and by the sweeper after the training.
            return;
        }
        // The row first: nobody may find a model whose files are going.
        await db.Checkpoints.Where(old => old.Id == row.Id).ExecuteDeleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await store.RemoveAsync(row.Directory, cancellationToken);
    }

    // Newest first. A successor's are not ours to touch.
    private async Task<List<string>> ResumesAsync(string jobId, long epoch, CancellationToken cancellationToken)
    {
        var found = new List<string>();
        await foreach (var (key, _) in store.ListAsync($"checkpoints/{jobId}", depth: 1, cancellationToken))
        {
            if (Parse(key) is { Step: >= 0, Epoch: var own } && own <= epoch)
            {
                found.Add(key);
            }
        }
        return [.. found.OrderByDescending(key => Parse(key).Step).ThenByDescending(key => Parse(key).Epoch)];
    }

    // Of a checkpoint to go on from; step -1 of anything else. Those of an earlier version of the service have no epoch.
    private static (long Epoch, long Step) Parse(string key) => key.Split('/')[^1].Split('-') switch
    {
        [Resume, var step] when long.TryParse(step, CultureInfo.InvariantCulture, out var number) => (0, number),
        [var epoch, Resume, var step] when long.TryParse(epoch, CultureInfo.InvariantCulture, out var own) && long.TryParse(step, CultureInfo.InvariantCulture, out var number) => (own, number),
        _ => (0, -1),
    };

    private static string KeyOf(JobLease lease, string kind, long step) =>
        string.Create(CultureInfo.InvariantCulture, $"checkpoints/{lease.JobId}/{lease.Epoch}-{kind}-{step}");
}
