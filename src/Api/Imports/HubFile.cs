namespace FeedbackService.Api.Imports;

/// <summary>A file of a repository, as the hub lists it.</summary>
/// <param name="Name">Path within the repository.</param>
/// <param name="Bytes">Its size; null when the hub does not say.</param>
/// <param name="Sha256">Its hash in lower-case hex; null when the hub does not say, as for small files.</param>
internal sealed record HubFile(string Name, long? Bytes, string? Sha256);
