namespace FeedbackService.Training.Metrics;

/// <summary>Counts of (true label, predicted label). Fed example by example, so batches of any size give the same figures.</summary>
public sealed class ConfusionMatrix
{
    private readonly long[][] _counts;

    /// <summary>Creates an empty matrix.</summary>
    /// <param name="labelCount">Number of labels, at least 1.</param>
    public ConfusionMatrix(int labelCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(labelCount, 1);
        _counts = [.. Enumerable.Range(0, labelCount).Select(_ => new long[labelCount])];
    }

    /// <summary>Number of examples.</summary>
    public long Total { get; private set; }

    /// <summary>Number of right predictions.</summary>
    public long Correct { get; private set; }

    /// <summary>Share of right predictions in [0, 1]; 0 when there is no example.</summary>
    public double Accuracy => Total == 0 ? 0 : (double)Correct / Total;

    /// <summary>Mean F1 of the labels that occur in the truth or in the predictions.</summary>
    public double MacroF1 => BinaryCounts.MacroF1(PerLabel());

    /// <summary>Mean F1 of the labels, weighted by support.</summary>
    public double WeightedF1 => BinaryCounts.WeightedF1(PerLabel());

    /// <summary>Counts one example.</summary>
    /// <param name="truth">Index of the true label.</param>
    /// <param name="predicted">Index of the predicted label.</param>
    public void Add(int truth, int predicted)
    {
        _counts[truth][predicted]++;
        Total++;
        Correct += truth == predicted ? 1 : 0;
    }

    /// <summary>A copy of the counts, [true label][predicted label].</summary>
    public IReadOnlyList<long[]> ToRows() => [.. _counts.Select(row => (long[])row.Clone())];

    /// <summary>Precision, recall, F1 and support of each label.</summary>
    /// <param name="labels">Names, in the order of the indices.</param>
    public IReadOnlyList<ClassScores> Scores(IReadOnlyList<string> labels) => [.. PerLabel().Zip(labels, (counts, label) => counts.Scores(label))];

    private BinaryCounts[] PerLabel()
    {
        var counts = new BinaryCounts[_counts.Length];
        for (int i = 0; i < counts.Length; i++)
        {
            long right = _counts[i][i];
            counts[i] = new BinaryCounts(right, _counts.Sum(row => row[i]) - right, _counts[i].Sum() - right);
        }

        return counts;
    }
}
