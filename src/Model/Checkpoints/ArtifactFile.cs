namespace FeedbackService.Model.Checkpoints;

/// <summary>A file of an artifact folder.</summary>
/// <param name="Name">Name within the folder; never a path.</param>
/// <param name="Size">Size in bytes.</param>
/// <param name="Sha256">SHA-256, 64 lower-case hex digits.</param>
public sealed record ArtifactFile(string Name, long Size, string Sha256);
