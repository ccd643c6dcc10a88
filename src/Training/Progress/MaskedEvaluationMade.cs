namespace FeedbackService.Training.Progress;

/// <summary>The hidden tokens of the validation part have been guessed.</summary>
/// <param name="Step">Steps taken so far.</param>
/// <param name="Epoch">Passes completed, with the share of the running one.</param>
/// <param name="ValidLoss">Mean cross-entropy over the hidden tokens, without dropout.</param>
/// <param name="Perplexity">e to the power of it.</param>
/// <param name="MaskedAccuracy">Share of the hidden tokens guessed right.</param>
/// <param name="MaskedTokens">Their number; they are the same at every evaluation.</param>
/// <param name="IsBest">No evaluation before had a lower loss; early stopping waits for one.</param>
public sealed record MaskedEvaluationMade(
    long Step, double Epoch, double ValidLoss, double Perplexity, double MaskedAccuracy, long MaskedTokens, bool IsBest) : TrainingProgress;
