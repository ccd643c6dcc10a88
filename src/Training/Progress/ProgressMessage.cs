namespace FeedbackService.Training.Progress;

/// <summary>Something a user should know.</summary>
/// <param name="Level">info or warn.</param>
/// <param name="Message">One sentence or two; quotes no texts.</param>
public sealed record ProgressMessage(string Level, string Message) : TrainingProgress;
