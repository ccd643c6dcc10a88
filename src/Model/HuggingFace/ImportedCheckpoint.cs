using FeedbackService.Model.Configuration;

namespace FeedbackService.Model.HuggingFace;

/// <summary>What an import made.</summary>
/// <param name="ManifestSha256">SHA-256 of the artifact's manifest, lower-case hex.</param>
/// <param name="Family">Family of the checkpoint.</param>
/// <param name="Classifies">It is a classifier; else an encoder, a base for jobs.</param>
public sealed record ImportedCheckpoint(string ManifestSha256, HuggingFaceFamily Family, bool Classifies);
