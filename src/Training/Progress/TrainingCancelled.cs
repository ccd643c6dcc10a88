namespace FeedbackService.Training.Progress;

/// <summary>The training was asked to stop, and did, after writing a checkpoint to go on from.</summary>
/// <param name="Step">Steps taken.</param>
public sealed record TrainingCancelled(long Step) : TrainingProgress;
