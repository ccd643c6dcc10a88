namespace FeedbackService.Training.Metrics;

/// <inheritdoc cref="EvaluationAccumulator.SingleLabel"/>
internal sealed class SingleLabelAccumulator(IReadOnlyList<string> labels, int feedbackRounds) : IEvaluationAccumulator
{
    private readonly ConfusionMatrix _confusion = new(labels.Count);
    private readonly CalibrationError _calibration = new();
    private readonly RoundTally _rounds = new(feedbackRounds);
    private double _surprise;
    private double _squaredError;

    /// <inheritdoc/>
    public void Add(IReadOnlyList<float[]> probabilitiesPerRound, IReadOnlyList<int> truth)
    {
        EvaluationAccumulator.Check(probabilitiesPerRound, labels.Count, feedbackRounds);
        if (truth.Count != 1)
        {
            throw new ArgumentException($"Expected one true label, got {truth.Count}.", nameof(truth));
        }

        _rounds.Add(probabilitiesPerRound, taken => Best(taken) == truth[0]);
        float[] probabilities = probabilitiesPerRound[^1];
        int best = Best(probabilities);
        _confusion.Add(truth[0], best);
        _calibration.Add(probabilities[best], best == truth[0]);
        _surprise += EvaluationAccumulator.Surprise(probabilities[truth[0]]);
        for (int label = 0; label < probabilities.Length; label++)
        {
            double error = probabilities[label] - (label == truth[0] ? 1 : 0);
            _squaredError += error * error;
        }
    }

    /// <inheritdoc/>
    public EvaluationReport ToReport()
    {
        double texts = Math.Max(1, _confusion.Total);
        return new EvaluationReport
        {
            Count = _confusion.Total,
            Accuracy = _confusion.Accuracy,
            MacroF1 = _confusion.MacroF1,
            WeightedF1 = _confusion.WeightedF1,
            Labels = labels,
            PerClass = _confusion.Scores(labels),
            ConfusionMatrix = _confusion.ToRows(),
            LogLoss = _surprise / texts,
            CalibrationError = _calibration.Value,
            Brier = _squaredError / texts,
            Rounds = _rounds.ToReports(),
        };
    }

    // Ties go to the lowest index, as everywhere in the service.
    private static int Best(float[] probabilities)
    {
        int best = 0;
        for (int label = 1; label < probabilities.Length; label++)
        {
            best = probabilities[label] > probabilities[best] ? label : best;
        }

        return best;
    }
}
