using FeedbackService.Training.Metrics;

namespace FeedbackService.Training.Loop;

/// <summary>What a classifier says of the held-out part.</summary>
/// <param name="Logits">By round, text, label.</param>
/// <param name="Losses">Mean loss of each round.</param>
/// <param name="Monitors">What the model tells of each round.</param>
/// <param name="Solutions">How well the encoder solved for its states in each round.</param>
internal sealed record EvaluationPass(float[][][] Logits, double[] Losses, RoundMonitor[] Monitors, SolutionTally Solutions);
