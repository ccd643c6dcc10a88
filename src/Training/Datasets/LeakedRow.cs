using System.Text.Json.Serialization;

namespace FeedbackService.Training.Datasets;

/// <summary>A text that stands in both of two files.</summary>
/// <param name="Line">Line of the file looked at.</param>
/// <param name="OtherLine">First line of the other file that holds the same text.</param>
/// <param name="SameLabels">Whether both give it the same labels.</param>
public sealed record LeakedRow(
    [property: JsonPropertyName("line")] long Line,
    [property: JsonPropertyName("other_line")] long OtherLine,
    [property: JsonPropertyName("same_labels")] bool SameLabels);
