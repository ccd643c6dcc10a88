namespace FeedbackService.Model.Checkpoints;

/// <summary>A file that went into a training.</summary>
/// <param name="Role">What it was used for: <c>training</c> or <c>validation</c>.</param>
/// <param name="FileId">Its id in the service; null outside one.</param>
/// <param name="Sha256">SHA-256 of its bytes, 64 lower-case hex digits.</param>
/// <param name="Rows">Rows used; null when unknown.</param>
public sealed record ArtifactDataset(string Role, string? FileId, string Sha256, long? Rows = null);
