namespace FeedbackService.Training.Metrics;

/// <summary>Chooses, for texts with several labels, the probability from which each label counts as present: the one with the best F1 on validation data.</summary>
public static class ThresholdFitting
{
    private const double Default = 0.5;

    /// <summary>Thresholds in label order; 0.5 for a label without an example. Of equally good ones the nearest to 0.5.</summary>
    /// <param name="probabilities">Calibrated probabilities of each text, one per label.</param>
    /// <param name="truths">Indices of the true labels of each text.</param>
    /// <param name="labelCount">Number of labels.</param>
    public static double[] Fit(IReadOnlyList<float[]> probabilities, IReadOnlyList<IReadOnlyList<int>> truths, int labelCount)
    {
        if (probabilities.Count != truths.Count)
        {
            throw new ArgumentException($"{probabilities.Count} rows of probabilities, but {truths.Count} truths.", nameof(probabilities));
        }

        return [.. Enumerable.Range(0, labelCount).Select(label => FitLabel(
            [.. probabilities.Select((row, text) => (row[label], truths[text].Contains(label))).OrderByDescending(pair => pair.Item1)]))];
    }

    // Cuts between neighbours of different probability, from the highest down; each cut predicts everything above it.
    private static double FitLabel((float Probability, bool Present)[] sorted)
    {
        int positives = sorted.Count(pair => pair.Present);
        double best = Default;
        double bestF1 = 0;
        int found = 0;
        for (int i = 0; i < sorted.Length; i++)
        {
            found += sorted[i].Present ? 1 : 0;
            double below = i + 1 < sorted.Length ? sorted[i + 1].Probability : 0;
            if (below == sorted[i].Probability)
            {
                continue;
            }

            double f1 = new BinaryCounts(found, i + 1 - found, positives - found).F1;
            double cut = (sorted[i].Probability + below) / 2;
            if (f1 > bestF1 || (f1 == bestF1 && f1 > 0 && Math.Abs(cut - Default) < Math.Abs(best - Default)))
            {
                (best, bestF1) = (cut, f1);
            }
        }

        return best;
    }
}
