using System.Text.Json.Serialization;

namespace FeedbackService.Training.Datasets;

/// <summary>How many texts have a length within a range.</summary>
/// <param name="From">Shortest length of the bucket, in UTF-16 code units.</param>
/// <param name="To">First length beyond the bucket.</param>
/// <param name="Count">Number of usable rows; a pair counts with both texts together.</param>
public sealed record LengthBucket(
    [property: JsonPropertyName("from")] long From,
    [property: JsonPropertyName("to")] long To,
    [property: JsonPropertyName("count")] long Count);
