using System.Security.Cryptography;
using FeedbackService.Api.Storage.Contents;
using FeedbackService.Model.Checkpoints;

namespace FeedbackService.Api.Registry;

/// <summary>Keeps published artifacts by the hash of their manifest. Immutable: equal hashes are equal files.</summary>
internal sealed class ArtifactStore(IContentStore store)
{
    /// <summary>Where the artifact with that manifest lies or will lie, as in <see cref="StoredArtifact.Directory"/>.</summary>
    /// <param name="manifestSha256">Lower-case hex.</param>
    public static string PlaceOf(string manifestSha256) => $"blobs/{manifestSha256}";

    /// <summary>Takes over a complete folder. May be repeated: what is already there is kept and the folder dropped.</summary>
    /// <param name="directory">Absolute path of a local folder with a manifest. Gone afterwards.</param>
    /// <param name="cancellationToken">Stops before anything is visible.</param>
    /// <exception cref="IOException">The disk is full or refuses, or the store does not answer.</exception>
    public async Task<StoredArtifact> PublishAsync(string directory, CancellationToken cancellationToken)
    {
        var manifest = await File.ReadAllBytesAsync(Path.Combine(directory, ArtifactFiles.Manifest), cancellationToken);
        var hash = Convert.ToHexStringLower(SHA256.HashData(manifest));
        var bytes = Storage.DurableFolder.SizeOf(directory);
        await store.PutFolderAsync(PlaceOf(hash), directory, cancellationToken);
        return new StoredArtifact(hash, PlaceOf(hash), bytes);
    }

    /// <summary>Whether an artifact is there, whole. Within a transaction: it does not wait long.</summary>
    /// <param name="directory">As in <see cref="StoredArtifact.Directory"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<bool> ExistsAsync(string directory, CancellationToken cancellationToken) => store.ExistsBrieflyAsync(directory, cancellationToken);

    /// <summary>Absolute path of a local folder with the artifact's files, fetched first where they are kept elsewhere.</summary>
    /// <param name="directory">As in <see cref="StoredArtifact.Directory"/>, or of a checkpoint.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="DirectoryNotFoundException">The artifact is gone.</exception>
    /// <exception cref="DamagedContentException">What was fetched is not what was put there.</exception>
    public Task<string> GetLocalAsync(string directory, CancellationToken cancellationToken) => store.GetFolderAsync(directory, cancellationToken);
}
