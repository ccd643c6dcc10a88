using FeedbackService.Model.Tokenization;

namespace FeedbackService.Training.Loop;

/// <summary>A text ready for the model, with its right answers.</summary>
/// <param name="Tokens">Token ids, cut to the longest length.</param>
/// <param name="Labels">Label indices, ascending; none in pre-training.</param>
internal sealed record EncodedExample(TokenizedText Tokens, int[] Labels);
