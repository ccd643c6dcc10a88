namespace FeedbackService.Model.Inference;

/// <summary>How a feedback round looked at one text.</summary>
/// <param name="Attention">Weight of each token, mean over heads, summing to 1; null when the feedback has no attention or in round 0.</param>
/// <param name="GateMean">Mean of the fusion gate (share of the old state that is kept), null when the fusion has no gate or in round 0.</param>
/// <param name="Solution">How well the encoder solved its equation; null for encoders that have none.</param>
public sealed record RoundTrace(float[]? Attention, double? GateMean, SolutionTrace? Solution = null);
