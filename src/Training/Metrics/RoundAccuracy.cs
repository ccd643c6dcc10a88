using System.Text.Json.Serialization;

namespace FeedbackService.Training.Metrics;

/// <summary>Accuracy when a round's prediction is taken as the answer.</summary>
/// <param name="Round">0 for the plain pass.</param>
/// <param name="Accuracy">Share of right answers in [0, 1]; for several labels, of answers right in every label.</param>
public sealed record RoundAccuracy(
    [property: JsonPropertyName("round")] int Round,
    [property: JsonPropertyName("accuracy")] double Accuracy);
