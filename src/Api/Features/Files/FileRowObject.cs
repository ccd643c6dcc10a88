namespace FeedbackService.Api.Features.Files;

/// <summary>A usable row of a file.</summary>
/// <param name="Line">Line on which it begins.</param>
/// <param name="Text">The text.</param>
/// <param name="TextPair">The second text; null when there is none.</param>
/// <param name="Labels">Its labels.</param>
public sealed record FileRowObject(long Line, string Text, string? TextPair, IReadOnlyList<string> Labels)
{
    /// <summary>Always <c>file.row</c>.</summary>
    public string Object => "file.row";
}
