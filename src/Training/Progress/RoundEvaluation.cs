using FeedbackService.Training.Metrics;

namespace FeedbackService.Training.Progress;

/// <summary>What one round is worth on the validation part; members that are not described here are as in <see cref="RoundReport"/>.</summary>
/// <param name="Round">0 for the plain pass.</param>
/// <param name="Loss">Loss of the round alone.</param>
/// <param name="Accuracy">Share of texts whose labels are exactly right.</param>
public sealed record RoundEvaluation(int Round, double Loss, double Accuracy)
{
    /// <inheritdoc cref="RoundReport.WrongToRight"/>
    public long? WrongToRight { get; init; }

    /// <inheritdoc cref="RoundReport.RightToWrong"/>
    public long? RightToWrong { get; init; }

    /// <inheritdoc cref="RoundReport.MeanChange"/>
    public double? MeanChange { get; init; }

    /// <inheritdoc cref="RoundReport.RelativeChange"/>
    public double? RelativeChange { get; init; }

    /// <inheritdoc cref="RoundReport.ScaleRms"/>
    public double? ScaleRms { get; init; }

    /// <inheritdoc cref="RoundReport.Level"/>
    public int? Level { get; init; }

    /// <inheritdoc cref="RoundReport.Sweeps"/>
    public double? Sweeps { get; init; }

    /// <inheritdoc cref="RoundReport.Residual"/>
    public double? Residual { get; init; }

    /// <inheritdoc cref="RoundReport.Kappa"/>
    public double? Kappa { get; init; }

    /// <summary>The round of a report, with its loss.</summary>
    public static RoundEvaluation Of(RoundReport report, double loss)
    {
        ArgumentNullException.ThrowIfNull(report);
        return new RoundEvaluation(report.Round, loss, report.Accuracy)
        {
            WrongToRight = report.WrongToRight,
            RightToWrong = report.RightToWrong,
            MeanChange = report.MeanChange,
            RelativeChange = report.RelativeChange,
            ScaleRms = report.ScaleRms,
            Level = report.Level,
            Sweeps = report.Sweeps,
            Residual = report.Residual,
            Kappa = report.Kappa,
        };
    }
}
