namespace FeedbackService.Model.Inference;

/// <summary>Decides after each round whether a text takes another one. A pure function of numbers.</summary>
internal static class EarlyExit
{
    /// <summary>Why the text stops, or null when it goes on.</summary>
    /// <param name="round">The round just computed, 0 for the plain pass.</param>
    /// <param name="rounds">Feedback rounds K of the classifier.</param>
    /// <param name="options">Cap and threshold of the request.</param>
    /// <param name="topProbability">Calibrated probability of the best label after this round.</param>
    /// <returns>
    /// <see cref="ExitReason.None"/> after the classifier's last round, whatever the prediction; before it
    /// <see cref="ExitReason.Settled"/> goes before <see cref="ExitReason.MaxRounds"/>.
    /// </returns>
    public static ExitReason? Decide(int round, int rounds, PredictionOptions options, double topProbability)
    {
        if (round >= rounds)
        {
            return ExitReason.None;
        }

        return topProbability >= options.ExitThreshold ? ExitReason.Settled
            : round >= options.MaxRounds ? ExitReason.MaxRounds
            : null;
    }
}
