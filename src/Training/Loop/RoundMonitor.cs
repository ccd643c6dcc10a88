namespace FeedbackService.Training.Loop;

/// <summary>What only the model itself tells of a round; members as in <see cref="Metrics.RoundReport"/>.</summary>
/// <param name="RelativeChange">‖X^k − H_m‖ / ‖H_m‖, mean over texts; null where there is none.</param>
/// <param name="ScaleRms">Root mean square of γ; null where there is none.</param>
/// <param name="Level">Parts of the labels the round is taught; null without a taxonomy.</param>
internal sealed record RoundMonitor(double? RelativeChange, double? ScaleRms, int? Level);
