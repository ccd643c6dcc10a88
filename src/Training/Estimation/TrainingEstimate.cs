namespace FeedbackService.Training.Estimation;

/// <summary>What a training will cost, before it starts.</summary>
/// <param name="Steps">Optimizer steps if nothing stops the training early.</param>
/// <param name="SecondsLow">Time from first to last step when all goes well, seconds; early stopping may end it at half the steps.</param>
/// <param name="SecondsHigh">Time when the machine is busy with other things, seconds.</param>
/// <param name="MemoryBytes">Memory of the training process at its peak.</param>
public sealed record TrainingEstimate(long Steps, double SecondsLow, double SecondsHigh, long MemoryBytes);
