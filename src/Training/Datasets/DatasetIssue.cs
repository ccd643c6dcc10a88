using System.Text.Json.Serialization;

namespace FeedbackService.Training.Datasets;

/// <summary>Something wrong with a file, at a place somebody can go to. Messages never quote the text of a row.</summary>
/// <param name="Severity">Whether the row is lost.</param>
/// <param name="Line">1-based physical line; null when the issue concerns the whole file.</param>
/// <param name="Column">Name of the column or JSON key; null when none is to blame.</param>
/// <param name="Code">Stable code, one of <see cref="DatasetIssueCodes"/>.</param>
/// <param name="Message">What is wrong and what to do, in one sentence or two.</param>
public sealed record DatasetIssue(
    [property: JsonPropertyName("severity")] IssueSeverity Severity,
    [property: JsonPropertyName("line")] long? Line,
    [property: JsonPropertyName("column")] string? Column,
    [property: JsonPropertyName("code")] string Code,
    [property: JsonPropertyName("message")] string Message);
