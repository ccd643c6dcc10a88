using FeedbackService.Model.Checkpoints;

namespace FeedbackService.Api.Registry;

/// <summary>A stored artifact whose every byte was held to its manifest.</summary>
/// <param name="Stored">Where it is.</param>
/// <param name="Manifest">What it holds.</param>
internal sealed record VerifiedArtifact(StoredArtifact Stored, ArtifactManifest Manifest);
