using FeedbackService.Model.Configuration;

namespace FeedbackService.Model.Inference;

/// <summary>Decides after each round whether a text takes another one. A pure function of numbers.</summary>
internal static class EarlyExit
{
    private const double DefaultThreshold = 0.5;

    /// <summary>Why the text stops, or null when it goes on.</summary>
    /// <param name="round">The round just computed, 0 for the plain pass.</param>
    /// <param name="rounds">Feedback rounds K of the classifier.</param>
    /// <param name="options">Cap and rules of the request; either rule is enough.</param>
    /// <param name="probabilities">Calibrated, after this round.</param>
    /// <param name="before">Calibrated, after the round before; null in round 0.</param>
    /// <param name="head">What the probabilities mean.</param>
    /// <param name="thresholds">Probability from which each of several labels counts as given; null for ½.</param>
    /// <returns>
    /// <see cref="ExitReason.None"/> after the classifier's last round, whatever the prediction; before it
    /// <see cref="ExitReason.Settled"/> goes before <see cref="ExitReason.MaxRounds"/>.
    /// </returns>
    public static ExitReason? Decide(
        int round, int rounds, PredictionOptions options, float[] probabilities, float[]? before, HeadKind head, IReadOnlyList<double>? thresholds = null)
    {
        if (round >= rounds)
        {
            return ExitReason.None;
        }

        var settled = LabelProbabilities.Top(probabilities) >= options.ExitThreshold
            || (before is not null
                && LabelProbabilities.Distance(probabilities, before) < options.ExitChange
                && SameLabels(probabilities, before, head, thresholds));
        return settled ? ExitReason.Settled
            : round >= options.MaxRounds ? ExitReason.MaxRounds
            : null;
    }

    private static bool SameLabels(float[] left, float[] right, HeadKind head, IReadOnlyList<double>? thresholds)
    {
        if (head != HeadKind.MultiLabel)
        {
            // Ties go to the lowest index, as everywhere in the service.
            return Array.IndexOf(left, left.Max()) == Array.IndexOf(right, right.Max());
        }

        for (var label = 0; label < left.Length; label++)
        {
            var threshold = thresholds?[label] ?? DefaultThreshold;
            if (left[label] >= threshold != right[label] >= threshold)
            {
                return false;
            }
        }

        return true;
    }
}
