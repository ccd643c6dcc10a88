namespace FeedbackService.Api.Registry;

/// <summary>Keeps published artifacts by the hash of their manifest. Immutable: equal hashes are equal files.</summary>
internal interface IArtifactStore
{
    /// <summary>Where the artifact with that manifest lies or will lie, as in <see cref="StoredArtifact.Directory"/>.</summary>
    /// <param name="manifestSha256">Lower-case hex.</param>
    string PlaceOf(string manifestSha256);

    /// <summary>Takes over a complete folder. May be repeated: what is already there is kept and the folder dropped.</summary>
    /// <param name="directory">Absolute path of a folder with a manifest, on the data folder's file system. Gone afterwards.</param>
    /// <param name="cancellationToken">Stops before anything is visible.</param>
    /// <exception cref="IOException">The disk is full or refuses.</exception>
    Task<StoredArtifact> PublishAsync(string directory, CancellationToken cancellationToken);

    /// <summary>Absolute path of a local folder with the artifact's files, fetched first where they are kept elsewhere.</summary>
    /// <param name="directory">As in <see cref="StoredArtifact.Directory"/>.</param>
    /// <param name="cancellationToken">Stops fetching.</param>
    /// <exception cref="DirectoryNotFoundException">The artifact is gone.</exception>
    Task<string> GetLocalAsync(string directory, CancellationToken cancellationToken);
}
