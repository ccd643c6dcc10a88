namespace FeedbackService.Training.Progress;

/// <summary>A checkpoint is complete on disk.</summary>
/// <param name="Step">Steps taken so far.</param>
/// <param name="Directory">Full path of its folder.</param>
public sealed record CheckpointWritten(long Step, string Directory) : TrainingProgress;
