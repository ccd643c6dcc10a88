using FeedbackService.Training.Datasets;

namespace FeedbackService.Api.Features.Files;

/// <summary>A row of a file as it is read, good or bad.</summary>
/// <param name="Line">Line on which it begins.</param>
/// <param name="Valid">Whether the row can be used.</param>
/// <param name="Text">The text; null when the row cannot be used.</param>
/// <param name="TextPair">The second text; null when there is none.</param>
/// <param name="Labels">Its labels.</param>
/// <param name="Raw">The beginning of a row that cannot be used, as it stands in the file; null for others.</param>
/// <param name="Issues">What is wrong with it, warnings included.</param>
public sealed record FileRowObject(
    long Line, bool Valid, string? Text, string? TextPair, IReadOnlyList<string> Labels, string? Raw, IReadOnlyList<DatasetIssue> Issues)
{
    /// <summary>Always <c>file.row</c>.</summary>
    public string Object => "file.row";
}
