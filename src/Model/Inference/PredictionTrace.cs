namespace FeedbackService.Model.Inference;

/// <summary>One round of a prediction.</summary>
/// <param name="Round">0 for the plain pass.</param>
/// <param name="Probabilities">Calibrated, one per label.</param>
/// <param name="Entropy">Of the probabilities, in nats; for several labels the mean binary entropy.</param>
/// <param name="Attention">Weight of each token, summing to 1; null without attention feedback and in round 0.</param>
/// <param name="GateMean">Share of the old state that the fusion kept, in [0, 1]; null without a gate and in round 0.</param>
/// <param name="Solution">How well the encoder solved its equation; null for encoders that have none.</param>
public sealed record PredictionTrace(int Round, float[] Probabilities, double Entropy, float[]? Attention, double? GateMean, SolutionTrace? Solution = null);
