using System.Text.Json.Serialization;

namespace FeedbackService.Training.Metrics;

/// <summary>How well a classifier did on labelled texts; its JSON is the <c>report</c> of an evaluation. Of no texts every figure is 0.</summary>
public sealed record EvaluationReport
{
    /// <summary>Number of texts.</summary>
    [JsonPropertyName("n")]
    public required long Count { get; init; }

    /// <summary>Share of right answers in [0, 1]; with several labels per text, of answers right in every label (subset accuracy).</summary>
    [JsonPropertyName("accuracy")]
    public required double Accuracy { get; init; }

    /// <summary>Mean F1 of the labels that occur in the truth or in the predictions, as scikit-learn counts it by default.</summary>
    [JsonPropertyName("macro_f1")]
    public required double MacroF1 { get; init; }

    /// <summary>Mean F1 of the labels, weighted by support.</summary>
    [JsonPropertyName("weighted_f1")]
    public required double WeightedF1 { get; init; }

    /// <summary>F1 of all decisions together; only with several labels per text, else it would equal the accuracy and is null.</summary>
    [JsonPropertyName("micro_f1")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? MicroF1 { get; init; }

    /// <summary>Names of the labels, in the order of the model's outputs.</summary>
    [JsonPropertyName("labels")]
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Scores per label, in the same order.</summary>
    [JsonPropertyName("per_class")]
    public required IReadOnlyList<ClassScores> PerClass { get; init; }

    /// <summary>Counts [true label][predicted label]; empty with several labels per text.</summary>
    [JsonPropertyName("confusion_matrix")]
    public required IReadOnlyList<long[]> ConfusionMatrix { get; init; }

    /// <summary>Mean negative log-likelihood in nats; with several labels, mean over texts and labels.</summary>
    [JsonPropertyName("log_loss")]
    public required double LogLoss { get; init; }

    /// <summary>Expected calibration error over 15 bins, see <see cref="CalibrationError"/>.</summary>
    [JsonPropertyName("ece")]
    public required double CalibrationError { get; init; }

    /// <summary>Brier score: squared error of the probabilities, summed over labels (0 to 2), mean over texts; with several labels, mean over labels too (0 to 1).</summary>
    [JsonPropertyName("brier")]
    public required double Brier { get; init; }

    /// <summary>Mean distance of the grade from the true one, in the labels' unit; null unless the labels are grades.</summary>
    [JsonPropertyName("mae")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? MeanAbsoluteError { get; init; }

    /// <summary>Root of the mean squared distance of the grade from the true one, in the labels' unit; null unless the labels are grades.</summary>
    [JsonPropertyName("rmse")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? RootMeanSquaredError { get; init; }

    /// <summary>Rows of the file that are not among the texts; null where nothing can be left out.</summary>
    [JsonPropertyName("left_out")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LeftOutRows? LeftOut { get; init; }

    /// <summary>Figures round by round, from the plain pass on.</summary>
    [JsonPropertyName("rounds")]
    public required IReadOnlyList<RoundReport> Rounds { get; init; }
}
