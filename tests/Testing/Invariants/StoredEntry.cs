namespace FeedbackService.Testing.Invariants;

/// <summary>A file, or an empty folder, of a data folder or an artifact store.</summary>
/// <param name="Path">Relative to the root, with slashes.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="ChangedAt">Last change, UTC.</param>
public sealed record StoredEntry(string Path, long Bytes, DateTimeOffset ChangedAt);
