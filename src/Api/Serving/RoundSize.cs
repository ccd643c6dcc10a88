namespace FeedbackService.Api.Serving;

/// <summary>How large a batch is in a round.</summary>
/// <param name="Priority">Of its texts.</param>
/// <param name="Texts">Its texts.</param>
/// <param name="Tokens">Their tokens.</param>
/// <param name="Places">Texts times the longest one's tokens: what padding would make of them.</param>
/// <param name="Series">Of the first text's version.</param>
internal readonly record struct RoundSize(WorkPriority Priority, int Texts, int Tokens, long Places, ModelMetrics.Series? Series);
