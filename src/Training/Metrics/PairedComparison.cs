namespace FeedbackService.Training.Metrics;

/// <summary>Two classifiers on the same texts, by how often each was right. Plain numbers; nothing is drawn at random.</summary>
/// <param name="BothRight">Texts that both got right.</param>
/// <param name="OnlyFirst">Texts that only the first got right.</param>
/// <param name="OnlySecond">Texts that only the second got right.</param>
/// <param name="BothWrong">Texts that neither got right.</param>
public sealed record PairedComparison(long BothRight, long OnlyFirst, long OnlySecond, long BothWrong)
{
    // 97.5 % point of the normal distribution: two-sided 95 %.
    private const double Z = 1.959963984540054;

    /// <summary>Number of texts.</summary>
    public long Count => BothRight + OnlyFirst + OnlySecond + BothWrong;

    /// <summary>Accuracy of the first less that of the second, in [-1, 1]; 0 of no texts.</summary>
    public double Difference => Count == 0 ? 0 : (double)(OnlyFirst - OnlySecond) / Count;

    /// <summary>
    /// Two-sided p-value of McNemar's test (McNemar 1947, Psychometrika 12:153-157) in its exact form: under equal accuracy each text that
    /// only one got right is a fair coin. The exact sum is used whatever the counts, so there is no switch to the chi-square approximation.
    /// </summary>
    public double PValue
    {
        get
        {
            var (discordant, fewer) = (OnlyFirst + OnlySecond, Math.Min(OnlyFirst, OnlySecond));
            // In logarithms: 2^-n is 0 in double precision from n = 1075 on.
            var (logTerm, sum) = (-discordant * Math.Log(2), 0.0);
            for (long i = 0; i <= fewer; i++)
            {
                sum += Math.Exp(logTerm);
                logTerm += Math.Log(discordant - i) - Math.Log(i + 1);
            }

            return Math.Min(1, 2 * sum);
        }
    }

    /// <summary>
    /// 95 % interval of <see cref="Difference"/>: Wilson intervals of both accuracies, joined with the correlation of the pairs (Newcombe
    /// 1998, Statistics in Medicine 17:2635-2650, method 10).
    /// </summary>
    public (double Low, double High) Interval
    {
        get
        {
            if (Count == 0)
            {
                return (-1, 1);
            }

            var (first, low1, high1) = Wilson(BothRight + OnlyFirst, Count);
            var (second, low2, high2) = Wilson(BothRight + OnlySecond, Count);
            var phi = Correlation();
            return (
                Math.Max(-1, Difference - Joined(first - low1, high2 - second, phi)),
                Math.Min(1, Difference + Joined(high1 - first, second - low2, phi)));
        }
    }

    private static double Joined(double one, double other, double phi) =>
        Math.Sqrt(Math.Max(0, (one * one) - (2 * phi * one * other) + (other * other)));

    private static (double Share, double Low, double High) Wilson(long hits, long count)
    {
        var share = (double)hits / count;
        var middle = share + (Z * Z / (2 * count));
        var reach = Z * Math.Sqrt((share * (1 - share) / count) + (Z * Z / (4.0 * count * count)));
        var scale = 1 + (Z * Z / count);
        return (share, (middle - reach) / scale, (middle + reach) / scale);
    }

    // Of the two answers' rightness over the texts, pulled towards 0 by Newcombe's correction for small positive ones.
    private double Correlation()
    {
        double a = BothRight, b = OnlyFirst, c = OnlySecond, d = BothWrong;
        var margins = (a + b) * (c + d) * (a + c) * (b + d);
        var covariance = (a * d) - (b * c);
        var corrected = covariance > Count / 2.0 ? covariance - (Count / 2.0) : Math.Min(covariance, 0);
        return margins == 0 ? 0 : corrected / Math.Sqrt(margins);
    }
}
