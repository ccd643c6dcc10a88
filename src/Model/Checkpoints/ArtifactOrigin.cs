namespace FeedbackService.Model.Checkpoints;

/// <summary>The checkpoint that an imported artifact was made of.</summary>
/// <param name="Type">How it came: <c>upload</c> or <c>huggingface</c>.</param>
/// <param name="Files">Its files as they came.</param>
/// <param name="Repository">Repository at the hub; null for an upload.</param>
/// <param name="Revision">Commit in the repository; null for an upload.</param>
public sealed record ArtifactOrigin(string Type, IReadOnlyList<ArtifactFile> Files, string? Repository = null, string? Revision = null);
