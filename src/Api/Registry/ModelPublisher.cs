using System.Text.Json;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Contents;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Api.Sweeping;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Faults;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Registry;

/// <summary>
/// Makes versions, in an order that leaves nothing half done: artifact verified, then put into the store, then its row in one
/// transaction with whatever else must be true together. A crash in between leaves an artifact no row names, swept later.
/// </summary>
internal sealed class ModelPublisher(ArtifactStore artifacts, GarbageMarks marks)
{
    /// <summary>Verifies a finished artifact and puts it into the store; nothing names it yet.</summary>
    /// <param name="directory">Absolute path of a local folder. Gone afterwards.</param>
    /// <param name="cancellationToken">Stops before anything is visible.</param>
    /// <exception cref="InvalidArtifactException">The folder is not what its manifest says.</exception>
    /// <exception cref="IOException">The disk is full or refuses.</exception>
    public async Task<VerifiedArtifact> StoreAsync(string directory, CancellationToken cancellationToken)
    {
        // First to disk, then read back: what the hashes are taken of is what a power cut would leave.
        DurableFolder.Flush(directory);
        var artifact = ArtifactReader.Open(directory, ArtifactVerification.Hashes);
        FaultPoint.Reach(FaultPoints.ArtifactHashed);
        // Before it is looked whether these bytes are there already: no sweep takes them out until a row names them.
        await marks.RenewAsync(ArtifactStore.PlaceOf(artifact.ManifestSha256), cancellationToken);
        var stored = await artifacts.PublishAsync(directory, cancellationToken);
        FaultPoint.Reach(FaultPoints.ArtifactStored);
        return new VerifiedArtifact(stored, artifact.Manifest);
    }

    /// <summary>Adds the next version of a model, and the model if it is new, to the caller's transaction.</summary>
    /// <param name="db">Context with an open write transaction.</param>
    /// <param name="name">The model; its name has been checked.</param>
    /// <param name="artifact">What <see cref="StoreAsync"/> gave.</param>
    /// <param name="jobId">Job that made it; null for imports.</param>
    /// <param name="keyId">API key behind it; null on an open service.</param>
    /// <param name="now">UTC microseconds.</param>
    /// <param name="cancellationToken">Stops the queries.</param>
    /// <returns><c>name:version</c>.</returns>
    /// <exception cref="ContentStoreException">A sweep whose clock is far ahead, or that came after a day's standstill, has taken the artifact out. Store it again.</exception>
    public async Task<string> AddVersionAsync(
        AppDbContext db, string name, VerifiedArtifact artifact, string? jobId, string? keyId, long now, CancellationToken cancellationToken)
    {
        await db.WriteAsync(WriteTopic.Registry, cancellationToken);
        // A removal takes the same lock: what is here now stays until the row that names it is committed.
        if (!await artifacts.ExistsAsync(artifact.Stored.Directory, cancellationToken))
        {
            throw new ContentStoreException($"'{artifact.Stored.Directory}' was taken out of the store before it got a name.");
        }
        var model = await db.Models.SingleOrDefaultAsync(row => row.Name == name, cancellationToken);
        if (model is null)
        {
            var retired = await db.RetiredModels.SingleOrDefaultAsync(row => row.Name == name, cancellationToken);
            model = new ModelRow { Name = name, LastVersion = retired?.LastVersion ?? 0, CreatedAt = now, CreatedByKeyId = keyId };
            db.Models.Add(model);
            if (retired is not null)
            {
                db.RetiredModels.Remove(retired);
            }
        }
        // Named from now on: should it ever be left over, its grace begins then.
        await db.Garbage.Where(mark => mark.Path == artifact.Stored.Directory).ExecuteDeleteAsync(cancellationToken);
        model.LastVersion++;
        model.UpdatedAt = now;
        db.ModelVersions.Add(new ModelVersionRow
        {
            ModelName = name,
            Version = model.LastVersion,
            JobId = jobId,
            Kind = artifact.Manifest.Kind == ArtifactKind.Encoder ? "encoder" : "classifier",
            ManifestSha256 = artifact.Stored.ManifestSha256,
            BaseManifestSha256 = artifact.Manifest.Base?.ManifestSha256,
            Directory = artifact.Stored.Directory,
            Bytes = artifact.Stored.Bytes,
            MetricsJson = artifact.Manifest.Metrics?.ToJsonString() ?? "{}",
            LineageJson = JsonSerializer.Serialize(artifact.Manifest.Lineage, JsonFiles.Options),
            CreatedAt = now,
            CreatedByKeyId = keyId,
        });
        return ModelAddress.OfVersion(name, model.LastVersion);
    }
}
