namespace FeedbackService.Api.Serving;

/// <summary>Where the time of a classification went.</summary>
/// <param name="Tokenization">Turning texts into token ids.</param>
/// <param name="Queue">From then until the inference thread took the first text.</param>
/// <param name="Inference">From then until the last text was answered.</param>
public readonly record struct ClassificationTiming(TimeSpan Tokenization, TimeSpan Queue, TimeSpan Inference);
