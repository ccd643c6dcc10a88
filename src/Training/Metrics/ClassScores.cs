using System.Text.Json.Serialization;

namespace FeedbackService.Training.Metrics;

/// <summary>How well one label is told from the others. Where nothing is there to count, a score is 0.</summary>
/// <param name="Label">Name of the label.</param>
/// <param name="Precision">Share of the predictions of this label that are right.</param>
/// <param name="Recall">Share of the examples of this label that are found.</param>
/// <param name="F1">Harmonic mean of both.</param>
/// <param name="Support">Number of examples with this label.</param>
public sealed record ClassScores(
    [property: JsonPropertyName("label")] string Label,
    [property: JsonPropertyName("precision")] double Precision,
    [property: JsonPropertyName("recall")] double Recall,
    [property: JsonPropertyName("f1")] double F1,
    [property: JsonPropertyName("support")] long Support);
