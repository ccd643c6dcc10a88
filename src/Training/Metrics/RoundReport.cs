using System.Text.Json.Serialization;

namespace FeedbackService.Training.Metrics;

/// <summary>What a round does when its prediction is taken as the answer, and what it changes of the one before it.</summary>
/// <param name="Round">0 for the plain pass.</param>
/// <param name="Accuracy">Share of right answers in [0, 1]; for several labels, of answers right in every label.</param>
public sealed record RoundReport(
    [property: JsonPropertyName("round")] int Round,
    [property: JsonPropertyName("accuracy")] double Accuracy)
{
    /// <summary>Texts that the round before had wrong and this one has right; null for the plain pass.</summary>
    [JsonPropertyName("wrong_to_right")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? WrongToRight { get; init; }

    /// <summary>Texts that the round before had right and this one has wrong; null for the plain pass.</summary>
    [JsonPropertyName("right_to_wrong")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? RightToWrong { get; init; }

    /// <summary>‖p^k − p^{k−1}‖₁ of the calibrated probabilities, mean over texts; null for the plain pass.</summary>
    [JsonPropertyName("mean_change")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? MeanChange { get; init; }

    /// <summary>
    /// ‖X^k − H_m‖ / ‖H_m‖ over all token states of a text, mean over texts: how much the feedback changes what the encoder reads.
    /// Above 1 it drowns the text. Null for the plain pass, when states are replaced, and where the model is not at hand.
    /// </summary>
    [JsonPropertyName("relative_change")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? RelativeChange { get; init; }

    /// <summary>Root mean square of the components of the feedback scale γ, the same in all rounds; null where <see cref="RelativeChange"/> is.</summary>
    [JsonPropertyName("scale_rms")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ScaleRms { get; init; }

    /// <summary>Parts of the labels that the round was taught, with a taxonomy; null without.</summary>
    [JsonPropertyName("level")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Level { get; init; }

    /// <summary>Sweeps that the encoder took to solve for the states of a text, mean over texts; null for encoders that do not solve.</summary>
    [JsonPropertyName("sweeps")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Sweeps { get; init; }

    /// <summary>Largest change of a feature in a last sweep, over all texts; above the tolerance some text has not settled. Null where <see cref="Sweeps"/> is.</summary>
    [JsonPropertyName("residual")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Residual { get; init; }

    /// <summary>Bound κ on how much of an error a sweep leaves; below 1 there is exactly one solution. Null where <see cref="Sweeps"/> is.</summary>
    [JsonPropertyName("kappa")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Kappa { get; init; }
}
