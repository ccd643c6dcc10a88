using System.Text.Json.Serialization;

namespace FeedbackService.Training.Metrics;

/// <summary>Rows of a labelled file that an evaluation could not count, and why.</summary>
/// <param name="Rows">Number of rows left out.</param>
/// <param name="UnknownLabels">Labels the model does not know, with the rows that have them, the most frequent first; the first 1,000 met.</param>
/// <param name="OtherForm">Rows with several labels or none, although the model gives exactly one.</param>
/// <param name="Unreadable">Rows of whose text the model can make nothing.</param>
public sealed record LeftOutRows(
    [property: JsonPropertyName("rows")] long Rows,
    [property: JsonPropertyName("unknown_labels")] IReadOnlyDictionary<string, long> UnknownLabels,
    [property: JsonPropertyName("other_form")] long OtherForm,
    [property: JsonPropertyName("unreadable")] long Unreadable);
