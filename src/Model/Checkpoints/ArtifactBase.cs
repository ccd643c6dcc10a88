namespace FeedbackService.Model.Checkpoints;

/// <summary>The artifact whose weights an adapter goes on top of.</summary>
/// <param name="Model">Registry address <c>name:version</c>.</param>
/// <param name="ManifestSha256">SHA-256 of its manifest.json, 64 lower-case hex digits.</param>
public sealed record ArtifactBase(string Model, string ManifestSha256);
