namespace FeedbackService.Api.Jobs;

/// <summary>How a run ended, to be counted and to be logged.</summary>
/// <param name="Outcome">The kind of end.</param>
/// <param name="Words">The same for people, with its reason.</param>
internal readonly record struct JobRunEnd(JobRunOutcome Outcome, string Words);
