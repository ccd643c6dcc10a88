namespace FeedbackService.Api.Serving;

/// <summary>The artifact that an adapter stands on.</summary>
/// <param name="Directory">Absolute path of its folder; immutable.</param>
/// <param name="ManifestSha256">Hash of its manifest: adapters of equal hashes share one copy in memory.</param>
public sealed record ServableBase(string Directory, string ManifestSha256);
