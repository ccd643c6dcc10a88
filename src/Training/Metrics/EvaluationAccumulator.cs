namespace FeedbackService.Training.Metrics;

/// <summary>Makes the accumulator that fits a classifier.</summary>
public static class EvaluationAccumulator
{
    // A probability of 0 would make the mean infinite; scikit-learn cuts off at about the same place for double precision.
    private const double SmallestProbability = 1e-15;

    /// <summary>One label per text.</summary>
    /// <param name="labels">Names in the order of the model's outputs.</param>
    /// <param name="feedbackRounds">Feedback rounds of the model, 0 or more; the report has one more entry, the plain pass.</param>
    public static IEvaluationAccumulator SingleLabel(IReadOnlyList<string> labels, int feedbackRounds) =>
        new SingleLabelAccumulator(labels, feedbackRounds);

    /// <summary>Several labels per text.</summary>
    /// <param name="labels">Names in the order of the model's outputs.</param>
    /// <param name="feedbackRounds">Feedback rounds of the model, 0 or more.</param>
    /// <param name="thresholds">Probability from which each label counts as present; null = 0.5 for all.</param>
    public static IEvaluationAccumulator MultiLabel(IReadOnlyList<string> labels, int feedbackRounds, IReadOnlyList<double>? thresholds = null) =>
        new MultiLabelAccumulator(labels, feedbackRounds, thresholds);

    /// <summary>-ln of a probability, cut off so that it stays finite.</summary>
    internal static double Surprise(double probability) => -Math.Log(Math.Clamp(probability, SmallestProbability, 1));

    /// <summary>Refuses what cannot be counted.</summary>
    internal static void Check(IReadOnlyList<float[]> probabilitiesPerRound, int labelCount, int feedbackRounds)
    {
        if (probabilitiesPerRound.Count is 0 || probabilitiesPerRound.Count > feedbackRounds + 1)
        {
            throw new ArgumentException($"Expected 1 to {feedbackRounds + 1} rounds, got {probabilitiesPerRound.Count}.", nameof(probabilitiesPerRound));
        }

        foreach (float[] probabilities in probabilitiesPerRound)
        {
            if (probabilities.Length != labelCount)
            {
                throw new ArgumentException($"Expected {labelCount} probabilities, got {probabilities.Length}.", nameof(probabilitiesPerRound));
            }

            if (!probabilities.All(float.IsFinite))
            {
                throw new ArgumentException("A probability is not a finite number; the model has diverged.", nameof(probabilitiesPerRound));
            }
        }
    }
}
