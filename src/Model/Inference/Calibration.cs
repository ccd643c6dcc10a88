namespace FeedbackService.Model.Inference;

/// <summary>What is fitted on validation data after training.</summary>
/// <param name="Temperatures">Divisor of the logits per round 0…K (Guo et al. 2017); a missing round counts as 1.</param>
/// <param name="Thresholds">Multi-label: probability from which each label counts as present, in label order; null = 0.5 for all.</param>
public sealed record Calibration(IReadOnlyList<double> Temperatures, IReadOnlyList<double>? Thresholds = null)
{
    /// <summary>Leaves the logits as they are.</summary>
    public static Calibration Identity { get; } = new([]);

    /// <summary>Temperature of a round; 1 if none was fitted.</summary>
    public double TemperatureOf(int round) => round < Temperatures.Count ? Temperatures[round] : 1.0;
}
