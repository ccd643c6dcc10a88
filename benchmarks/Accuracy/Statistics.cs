namespace FeedbackService.Accuracy;

/// <summary>Mean and 95 % interval of a few numbers.</summary>
/// <param name="Mean">Their mean.</param>
/// <param name="Half">Half width of Student's interval; NaN of fewer than two.</param>
internal readonly record struct Statistics(double Mean, double Half)
{
    // 97.5 % points of Student's t with 1, 2, … degrees of freedom.
    private static readonly double[] T = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];

    /// <summary>Of two to ten numbers.</summary>
    public static Statistics Of(IReadOnlyList<double> values)
    {
        var mean = values.Average();
        if (values.Count < 2)
        {
            return new Statistics(mean, double.NaN);
        }

        var variance = values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1);
        return new Statistics(mean, T[values.Count - 2] * Math.Sqrt(variance / values.Count));
    }
}
