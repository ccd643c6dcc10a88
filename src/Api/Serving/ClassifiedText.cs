using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Api.Serving;

/// <summary>One text with its answer.</summary>
/// <param name="Reading">How much of it the model read.</param>
/// <param name="Prediction">What it said; null when the text is too long and may not be cut.</param>
public sealed record ClassifiedText(TextReading Reading, Prediction? Prediction);
