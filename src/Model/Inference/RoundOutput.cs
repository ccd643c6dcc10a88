namespace FeedbackService.Model.Inference;

/// <summary>What one round says of the active texts.</summary>
/// <param name="Round">0 for the plain pass.</param>
/// <param name="Logits">One array of L logits per active text.</param>
/// <param name="Traces">One per active text when the run collects traces, else null.</param>
public sealed record RoundOutput(int Round, float[][] Logits, RoundTrace[]? Traces);

/// <summary>How a feedback round looked at one text.</summary>
/// <param name="Attention">Weight of each token, mean over heads, summing to 1; null when the feedback has no attention or in round 0.</param>
/// <param name="GateMean">Mean of the fusion gate (share of the old state that is kept), null when the fusion has no gate or in round 0.</param>
public sealed record RoundTrace(float[]? Attention, double? GateMean);
