using FeedbackService.Model.Tokenization;

namespace FeedbackService.Training.Masking;

/// <summary>A text some of whose tokens are hidden.</summary>
/// <param name="Tokens">As the model sees it.</param>
/// <param name="Places">Indices of the tokens that are to be guessed, ascending; at least one.</param>
/// <param name="Truths">What stood there; of the length of <paramref name="Places"/>.</param>
public sealed record MaskedText(TokenizedText Tokens, int[] Places, int[] Truths);
