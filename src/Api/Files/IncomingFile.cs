namespace FeedbackService.Api.Files;

/// <summary>A file that has arrived but is not kept yet.</summary>
/// <param name="TemporaryPath">Where its content lies for now.</param>
/// <param name="Name">For display only.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Lower-case hex.</param>
internal sealed record IncomingFile(string TemporaryPath, string Name, long Bytes, string Sha256)
{
    /// <summary>How long it is kept once it is there; null: until it is deleted.</summary>
    public TimeSpan? KeptFor { get; init; }
}
