using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Api.Serving;

/// <summary>One text with its answer.</summary>
/// <param name="Tokens">What the model read.</param>
/// <param name="Prediction">What it said.</param>
public sealed record ClassifiedText(TokenizedText Tokens, Prediction Prediction);
