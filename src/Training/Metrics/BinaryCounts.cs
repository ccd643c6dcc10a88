namespace FeedbackService.Training.Metrics;

/// <summary>Right and wrong decisions about one label.</summary>
/// <param name="TruePositives">Predicted and true.</param>
/// <param name="FalsePositives">Predicted, not true.</param>
/// <param name="FalseNegatives">True, not predicted.</param>
internal readonly record struct BinaryCounts(long TruePositives, long FalsePositives, long FalseNegatives)
{
    public long Support => TruePositives + FalseNegatives;

    public double Precision => Ratio(TruePositives, TruePositives + FalsePositives);

    public double Recall => Ratio(TruePositives, Support);

    public double F1 => Ratio(2 * TruePositives, (2 * TruePositives) + FalsePositives + FalseNegatives);

    public bool Occurs => TruePositives + FalsePositives + FalseNegatives > 0;

    public static BinaryCounts operator +(BinaryCounts a, BinaryCounts b) =>
        new(a.TruePositives + b.TruePositives, a.FalsePositives + b.FalsePositives, a.FalseNegatives + b.FalseNegatives);

    public ClassScores Scores(string label) => new(label, Precision, Recall, F1, Support);

    public static double MacroF1(IReadOnlyCollection<BinaryCounts> labels) =>
        labels.Where(label => label.Occurs).Select(label => label.F1).DefaultIfEmpty(0).Average();

    public static double WeightedF1(IReadOnlyCollection<BinaryCounts> labels)
    {
        long support = labels.Sum(label => label.Support);
        return support == 0 ? 0 : labels.Sum(label => label.F1 * label.Support) / support;
    }

    private static double Ratio(long part, long whole) => whole == 0 ? 0 : (double)part / whole;
}
