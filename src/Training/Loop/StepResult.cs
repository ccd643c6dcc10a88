namespace FeedbackService.Training.Loop;

/// <summary>What one optimizer step did.</summary>
/// <param name="Loss">Weighted sum of the rounds' losses.</param>
/// <param name="RoundLosses">Loss of each round.</param>
/// <param name="LearningRate">Rate of the step.</param>
/// <param name="GradientNorm">Norm of the gradient before clipping.</param>
internal sealed record StepResult(double Loss, double[] RoundLosses, double LearningRate, double GradientNorm);
