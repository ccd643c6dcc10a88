namespace FeedbackService.Model.Inference;

/// <summary>What a round says of the active texts.</summary>
/// <param name="Rounds">The round each text has taken, 0 for the plain pass.</param>
/// <param name="Logits">One array of L logits per active text.</param>
/// <param name="Traces">One per active text when asked for, else null.</param>
public sealed record RoundOutput(IReadOnlyList<int> Rounds, float[][] Logits, RoundTrace[]? Traces);
