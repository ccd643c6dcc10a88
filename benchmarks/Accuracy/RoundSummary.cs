namespace FeedbackService.Accuracy;

/// <summary>A round of an arm over its seeds.</summary>
/// <param name="Accuracy">Test accuracy.</param>
/// <param name="AgainstPlain">The round against the plain arm.</param>
internal sealed record RoundSummary(Statistics Accuracy, Comparison? AgainstPlain);
