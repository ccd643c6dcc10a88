namespace FeedbackService.Training.Progress;

/// <summary>What one round is worth on the validation part.</summary>
/// <param name="Round">0 for the plain pass.</param>
/// <param name="Loss">Loss of the round alone.</param>
/// <param name="Accuracy">Share of texts whose labels are exactly right.</param>
public sealed record RoundEvaluation(int Round, double Loss, double Accuracy);
