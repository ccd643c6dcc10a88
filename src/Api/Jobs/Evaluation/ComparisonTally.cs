using FeedbackService.Api.Serving;
using FeedbackService.Training.Datasets;
using FeedbackService.Training.Metrics;

namespace FeedbackService.Api.Jobs.Evaluation;

/// <summary>Holds two models' answers to the same rows against the truth, on the rows whose labels both know.</summary>
/// <param name="baseline">Resolved address of the model compared with.</param>
internal sealed class ComparisonTally(string baseline)
{
    private readonly EvaluationTally _model = new();
    private readonly EvaluationTally _baseline = new();
    private PairedComparison _pairs = new(0, 0, 0, 0);

    /// <summary>Rows left out.</summary>
    public int LeftOut { get; private set; }

    /// <summary>The figures; null when no row could be compared.</summary>
    public EvaluationComparison? Comparison => _pairs.Count == 0 ? null : EvaluationComparison.Of(baseline, _pairs, LeftOut, _model.Report, _baseline.Report);

    /// <summary>Counts one row.</summary>
    /// <param name="row">The truth.</param>
    /// <param name="model">Answers of the model to the rows of this row's chunk.</param>
    /// <param name="other">Answers of the baseline to the same rows.</param>
    /// <param name="index">Place of the row in its chunk.</param>
    public void Add(LabeledText row, ClassifiedTexts model, ClassifiedTexts other, int index)
    {
        if (!EvaluationTally.CanCount(row, model.Items[index], model.Config) || !EvaluationTally.CanCount(row, other.Items[index], other.Config))
        {
            LeftOut++;
            return;
        }
        var right = IsRight(_model.Add(row, model.Items[index], model.Config, model.Calibration)!);
        var otherRight = IsRight(_baseline.Add(row, other.Items[index], other.Config, other.Calibration)!);
        _pairs = (right, otherRight) switch
        {
            (true, true) => _pairs with { BothRight = _pairs.BothRight + 1 },
            (true, false) => _pairs with { OnlyFirst = _pairs.OnlyFirst + 1 },
            (false, true) => _pairs with { OnlySecond = _pairs.OnlySecond + 1 },
            _ => _pairs with { BothWrong = _pairs.BothWrong + 1 },
        };
    }

    private static bool IsRight(EvaluationPrediction prediction) => prediction.Predicted.ToHashSet(StringComparer.Ordinal).SetEquals(prediction.True);
}
