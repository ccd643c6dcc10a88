namespace FeedbackService.Training.Metrics;

/// <summary>How far answers on a scale of grades are from the truth, in the labels' unit; beside the figures that every classifier has.</summary>
public sealed class GradeErrors
{
    private long _count;
    private double _absolute;
    private double _squared;

    /// <summary>Counts one text.</summary>
    /// <param name="grade">The answer; any number between the lowest and the highest label.</param>
    /// <param name="truth">The true label as a number.</param>
    public void Add(double grade, double truth)
    {
        _count++;
        _absolute += Math.Abs(grade - truth);
        _squared += (grade - truth) * (grade - truth);
    }

    /// <summary>A report with the errors in it.</summary>
    public EvaluationReport AddTo(EvaluationReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var texts = Math.Max(1, _count);
        return report with { MeanAbsoluteError = _absolute / texts, RootMeanSquaredError = Math.Sqrt(_squared / texts) };
    }
}
