using System.Text.Json.Serialization;

namespace FeedbackService.Training.Progress;

/// <summary>The validation part has been classified.</summary>
/// <param name="Step">Steps taken so far.</param>
/// <param name="Epoch">Passes completed, with the share of the running one.</param>
/// <param name="ValidLoss">Weighted sum of the rounds' losses as in training with all rounds, without dropout and penalty.</param>
/// <param name="Accuracy">Share of texts whose labels are exactly right, last round.</param>
/// <param name="MacroF1">Mean F1 of the labels, last round.</param>
/// <param name="Rounds">The same per round.</param>
/// <param name="IsBest">No evaluation before had a better macro-F1, or with grades a lower RMSE; early stopping waits for one.</param>
public sealed record EvaluationMade(
    long Step,
    double Epoch,
    double ValidLoss,
    double Accuracy,
    double MacroF1,
    IReadOnlyList<RoundEvaluation> Rounds,
    bool IsBest) : TrainingProgress
{
    /// <summary>Root of the mean squared distance of the grade from the true one, last round; null unless the labels are grades.</summary>
    [JsonPropertyName("rmse")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? RootMeanSquaredError { get; init; }
}
