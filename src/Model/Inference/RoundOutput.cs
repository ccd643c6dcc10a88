namespace FeedbackService.Model.Inference;

/// <summary>What one round says of the active texts.</summary>
/// <param name="Round">0 for the plain pass.</param>
/// <param name="Logits">One array of L logits per active text.</param>
/// <param name="Traces">One per active text when the run collects traces, else null.</param>
public sealed record RoundOutput(int Round, float[][] Logits, RoundTrace[]? Traces);
