namespace FeedbackService.Testing.Hostile;

/// <summary>Files that somebody may send, and what reads them.</summary>
/// <param name="Files">Content by name.</param>
/// <param name="Read">Reads them from the folder they lie in.</param>
/// <param name="MustBeRefused">Reading them is not allowed to succeed.</param>
public sealed record HostileInput(IReadOnlyDictionary<string, byte[]> Files, Action<string> Read, bool MustBeRefused = false)
{
    /// <summary>Bytes of all files.</summary>
    public long Bytes => Files.Values.Sum(content => (long)content.Length);
}
