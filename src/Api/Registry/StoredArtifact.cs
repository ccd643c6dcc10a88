namespace FeedbackService.Api.Registry;

/// <summary>A published artifact.</summary>
/// <param name="ManifestSha256">Hash of its manifest, lower-case hex.</param>
/// <param name="Directory">Its place: a key of the store.</param>
/// <param name="Bytes">Size of all files.</param>
internal sealed record StoredArtifact(string ManifestSha256, string Directory, long Bytes);
