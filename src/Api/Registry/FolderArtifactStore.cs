using System.Security.Cryptography;
using FeedbackService.Api.Storage;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Faults;

namespace FeedbackService.Api.Registry;

/// <summary>Artifacts as folders of the data folder, <c>blobs/{manifest hash}</c>, made visible by one rename.</summary>
internal sealed class FolderArtifactStore(DataFolder folder) : IArtifactStore
{
    /// <inheritdoc/>
    public string PlaceOf(string manifestSha256) => folder.Relative(Path.Combine(folder.Blobs, manifestSha256));

    /// <inheritdoc/>
    public async Task<StoredArtifact> PublishAsync(string directory, CancellationToken cancellationToken)
    {
        var manifest = await File.ReadAllBytesAsync(Path.Combine(directory, ArtifactFiles.Manifest), cancellationToken);
        var hash = Convert.ToHexStringLower(SHA256.HashData(manifest));
        var place = PlaceOf(hash);
        var target = folder.Resolve(place);
        DurableFolder.Flush(directory);
        FaultPoint.Reach(FaultPoints.ArtifactFlushed);
        if (IsWhole(target, hash))
        {
            // The same bytes were published before, perhaps by an attempt that died before its row was written.
            DurableFolder.Remove(directory);
        }
        else
        {
            DurableFolder.Remove(target);
            DurableFolder.Move(directory, target);
        }
        return new StoredArtifact(hash, place, DurableFolder.SizeOf(target));
    }

    /// <inheritdoc/>
    public Task<string> GetLocalAsync(string directory, CancellationToken cancellationToken)
    {
        var path = folder.Resolve(directory);
        return Directory.Exists(path)
            ? Task.FromResult(path)
            : Task.FromException<string>(new DirectoryNotFoundException($"The artifact '{directory}' is gone from the data folder."));
    }

    private static bool IsWhole(string directory, string hash)
    {
        if (!Directory.Exists(directory))
        {
            return false;
        }
        try
        {
            ArtifactReader.Open(directory, ArtifactVerification.Hashes, hash);
            return true;
        }
        catch (InvalidArtifactException)
        {
            return false;
        }
    }
}
