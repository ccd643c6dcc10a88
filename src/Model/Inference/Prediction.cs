namespace FeedbackService.Model.Inference;

/// <summary>What the classifier says of one text.</summary>
/// <param name="Logits">Raw scores of the last round taken, one per label.</param>
/// <param name="Probabilities">Calibrated: softmax (one label) or sigmoid (several) of the logits over the round's temperature.</param>
/// <param name="Rounds">Feedback rounds taken, 0 for the plain pass.</param>
/// <param name="Exit">Why no further round was taken.</param>
/// <param name="Trace">One entry per round from 0, null unless asked for.</param>
public sealed record Prediction(float[] Logits, float[] Probabilities, int Rounds, ExitReason Exit, IReadOnlyList<PredictionTrace>? Trace);
