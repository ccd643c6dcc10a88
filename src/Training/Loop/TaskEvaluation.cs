using FeedbackService.Training.Progress;

namespace FeedbackService.Training.Loop;

/// <summary>How good a model is at a step.</summary>
/// <param name="Merit">What makes one evaluation better than another; higher is better.</param>
/// <param name="Record">Makes the record to report, told whether it is the best so far.</param>
/// <param name="Warnings">What its owner should know.</param>
internal sealed record TaskEvaluation(double Merit, Func<bool, TrainingProgress> Record, IReadOnlyList<ProgressMessage> Warnings);
