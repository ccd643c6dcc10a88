using FeedbackService.Training.Metrics;

namespace FeedbackService.Api.Jobs;

/// <summary>A model against a baseline on the same rows: those whose labels both know.</summary>
/// <param name="Baseline">Resolved address of the baseline.</param>
/// <param name="N">Rows compared.</param>
/// <param name="LeftOut">Rows with labels that one of the two does not know.</param>
/// <param name="Accuracy">Of the model on these rows.</param>
/// <param name="BaselineAccuracy">Of the baseline on these rows.</param>
/// <param name="AccuracyDifference">Model less baseline.</param>
/// <param name="AccuracyDifferenceLow">Lower end of its 95 % interval (Newcombe's paired Wilson interval).</param>
/// <param name="AccuracyDifferenceHigh">Upper end.</param>
/// <param name="MacroF1">Of the model on these rows.</param>
/// <param name="BaselineMacroF1">Of the baseline on these rows.</param>
/// <param name="MacroF1Difference">Model less baseline.</param>
/// <param name="BothRight">Rows both got right.</param>
/// <param name="OnlyModelRight">Rows only the model got right.</param>
/// <param name="OnlyBaselineRight">Rows only the baseline got right.</param>
/// <param name="BothWrong">Rows neither got right.</param>
/// <param name="PValue">Of McNemar's exact test: how likely a difference like this or a larger one is if both are equally good.</param>
public sealed record EvaluationComparison(
    string Baseline,
    long N,
    long LeftOut,
    double Accuracy,
    double BaselineAccuracy,
    double AccuracyDifference,
    double AccuracyDifferenceLow,
    double AccuracyDifferenceHigh,
    double MacroF1,
    double BaselineMacroF1,
    double MacroF1Difference,
    long BothRight,
    long OnlyModelRight,
    long OnlyBaselineRight,
    long BothWrong,
    double PValue)
{
    internal static EvaluationComparison Of(string baseline, PairedComparison pairs, int leftOut, EvaluationReport model, EvaluationReport other) => new(
        baseline,
        pairs.Count,
        leftOut,
        model.Accuracy,
        other.Accuracy,
        pairs.Difference,
        pairs.Interval.Low,
        pairs.Interval.High,
        model.MacroF1,
        other.MacroF1,
        model.MacroF1 - other.MacroF1,
        pairs.BothRight,
        pairs.OnlyFirst,
        pairs.OnlySecond,
        pairs.BothWrong,
        pairs.PValue);
}
