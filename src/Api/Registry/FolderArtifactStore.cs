using System.Security.Cryptography;
using FeedbackService.Api.Storage;

namespace FeedbackService.Api.Registry;

/// <summary>Artifacts as folders of the data folder, <c>blobs/{manifest hash}</c>, made visible by one rename.</summary>
internal sealed class FolderArtifactStore(DataFolder folder) : IArtifactStore
{
    /// <summary>Name of the file whose hash names the artifact.</summary>
    public const string ManifestFile = "manifest.json";

    /// <inheritdoc/>
    public async Task<StoredArtifact> PublishAsync(string directory, CancellationToken cancellationToken)
    {
        var manifest = await File.ReadAllBytesAsync(Path.Combine(directory, ManifestFile), cancellationToken);
        var hash = Convert.ToHexStringLower(SHA256.HashData(manifest));
        var target = Path.Combine(folder.Blobs, hash);
        DurableFolder.Flush(directory);
        if (Directory.Exists(target))
        {
            // The same bytes were published before, perhaps by an attempt that died before its row was written.
            DurableFolder.Remove(directory);
        }
        else
        {
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
}
