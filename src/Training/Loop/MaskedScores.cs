namespace FeedbackService.Training.Loop;

/// <summary>How well hidden tokens are guessed.</summary>
/// <param name="Loss">Mean cross-entropy over the hidden tokens, natural logarithm.</param>
/// <param name="Accuracy">Share of them whose likeliest token is the right one.</param>
/// <param name="MaskedTokens">Their number.</param>
internal sealed record MaskedScores(double Loss, double Accuracy, long MaskedTokens)
{
    /// <summary>e^loss: among so many equally likely tokens the choice is as hard. At most the largest number there is.</summary>
    public double Perplexity => Math.Min(Math.Exp(Loss), double.MaxValue);
}
