namespace FeedbackService.Training.Loop;

/// <summary>What one optimizer step did.</summary>
/// <param name="Loss">What was minimized: the weighted sum of the rounds' losses, and the weighted penalties on their disagreement and on factors of an adapter that are not orthonormal.</param>
/// <param name="RoundLosses">Loss of each round taken.</param>
/// <param name="LearningRate">Rate of the step.</param>
/// <param name="GradientNorm">Norm of the gradient before clipping.</param>
internal sealed record StepResult(double Loss, double[] RoundLosses, double LearningRate, double GradientNorm);
