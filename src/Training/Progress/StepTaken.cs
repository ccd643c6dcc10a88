namespace FeedbackService.Training.Progress;

/// <summary>An optimizer step; not every one is reported.</summary>
/// <param name="Step">Number of the step, from 1.</param>
/// <param name="Epoch">Passes completed, with the share of the running one: 1.5 is in the middle of the second.</param>
/// <param name="Loss">What was minimized: the weighted sum of the rounds' losses, and the weighted penalty on their disagreement.</param>
/// <param name="RoundLosses">Loss of each round taken; with <c>sample_rounds</c> as many as the step drew, and one.</param>
/// <param name="LearningRate">Rate of this step.</param>
/// <param name="GradNorm">Norm of the gradient before clipping.</param>
/// <param name="TrainedTokens">Tokens read since the start of the training.</param>
/// <param name="TextsPerSecond">Speed since the last report.</param>
/// <param name="EtaSeconds">Time to the last step at the mean speed of this process, 0 or more.</param>
public sealed record StepTaken(
    long Step,
    double Epoch,
    double Loss,
    IReadOnlyList<double> RoundLosses,
    double LearningRate,
    double GradNorm,
    long TrainedTokens,
    double TextsPerSecond,
    double EtaSeconds) : TrainingProgress;
