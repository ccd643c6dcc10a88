using System.Security.Cryptography;
using FeedbackService.Api.Storage;
using FeedbackService.Model.Checkpoints;

namespace FeedbackService.Api.Registry;

/// <summary>Artifacts as folders of the data folder, <c>blobs/{manifest hash}</c>, made visible by one rename.</summary>
internal sealed class FolderArtifactStore(DataFolder folder, TimeProvider clock) : IArtifactStore
{
    /// <inheritdoc/>
    public async Task<StoredArtifact> PublishAsync(string directory, CancellationToken cancellationToken)
    {
        var manifest = await File.ReadAllBytesAsync(Path.Combine(directory, ArtifactFiles.Manifest), cancellationToken);
        var hash = Convert.ToHexStringLower(SHA256.HashData(manifest));
        var target = Path.Combine(folder.Blobs, hash);
        DurableFolder.Flush(directory);
        if (IsWhole(target, hash))
        {
            // The same bytes were published before, perhaps by an attempt that died before its row was written. As young as ours
            // now, so that no sweep takes it before the row names it.
            Directory.SetLastWriteTimeUtc(target, clock.GetUtcNow().UtcDateTime);
            DurableFolder.Remove(directory);
        }
        else
        {
            DurableFolder.Remove(target);
            DurableFolder.Move(directory, target);
        }
        return new StoredArtifact(hash, Path.GetRelativePath(folder.Root, target), DurableFolder.SizeOf(target));
    }

    /// <inheritdoc/>
    public Task<string> GetLocalAsync(string directory, CancellationToken cancellationToken)
    {
        var path = folder.Resolve(directory);
        return Directory.Exists(path)
            ? Task.FromResult(path)
            : Task.FromException<string>(new DirectoryNotFoundException($"The artifact '{directory}' is gone from the data folder."));
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string directory, CancellationToken cancellationToken)
    {
        DurableFolder.Remove(folder.Resolve(directory));
        return Task.CompletedTask;
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
