namespace FeedbackService.Training.Metrics;

/// <inheritdoc cref="EvaluationAccumulator.MultiLabel"/>
internal sealed class MultiLabelAccumulator : IEvaluationAccumulator
{
    private readonly IReadOnlyList<string> _labels;
    private readonly double[] _thresholds;
    private readonly BinaryCounts[] _counts;
    private readonly CalibrationError _calibration = new();
    private readonly RoundTally _rounds;
    private readonly int _feedbackRounds;
    private long _total;
    private double _surprise;
    private double _squaredError;

    public MultiLabelAccumulator(IReadOnlyList<string> labels, int feedbackRounds, IReadOnlyList<double>? thresholds)
    {
        _labels = labels;
        _thresholds = thresholds is null ? [.. Enumerable.Repeat(0.5, labels.Count)] : [.. thresholds];
        _counts = new BinaryCounts[labels.Count];
        _rounds = new RoundTally(feedbackRounds);
        _feedbackRounds = feedbackRounds;
        if (_thresholds.Length != labels.Count)
        {
            throw new ArgumentException($"Expected {labels.Count} thresholds, got {_thresholds.Length}.", nameof(thresholds));
        }
    }

    /// <inheritdoc/>
    public void Add(IReadOnlyList<float[]> probabilitiesPerRound, IReadOnlyList<int> truth)
    {
        EvaluationAccumulator.Check(probabilitiesPerRound, _labels.Count, _feedbackRounds);
        bool[] present = new bool[_labels.Count];
        foreach (int label in truth)
        {
            present[label] = true;
        }

        _rounds.Add(probabilitiesPerRound, taken => Enumerable.Range(0, present.Length).All(label => taken[label] >= _thresholds[label] == present[label]));
        _total++;
        float[] probabilities = probabilitiesPerRound[^1];
        for (int label = 0; label < present.Length; label++)
        {
            double probability = probabilities[label];
            bool predicted = probability >= _thresholds[label];
            _counts[label] += new BinaryCounts(
                predicted && present[label] ? 1 : 0, predicted && !present[label] ? 1 : 0, !predicted && present[label] ? 1 : 0);
            _calibration.Add(probability, present[label]);
            _surprise += EvaluationAccumulator.Surprise(present[label] ? probability : 1 - probability);
            double error = probability - (present[label] ? 1 : 0);
            _squaredError += error * error;
        }
    }

    /// <inheritdoc/>
    public EvaluationReport ToReport()
    {
        double texts = Math.Max(1, _total);
        double decisions = texts * _labels.Count;
        return new EvaluationReport
        {
            Count = _total,
            Accuracy = _rounds.Right / texts,
            MacroF1 = BinaryCounts.MacroF1(_counts),
            WeightedF1 = BinaryCounts.WeightedF1(_counts),
            MicroF1 = _counts.Aggregate((a, b) => a + b).F1,
            Labels = _labels,
            PerClass = [.. _counts.Zip(_labels, (counts, label) => counts.Scores(label))],
            ConfusionMatrix = [],
            LogLoss = _surprise / decisions,
            CalibrationError = _calibration.Value,
            Brier = _squaredError / decisions,
            Rounds = _rounds.ToReports(),
        };
    }
}
