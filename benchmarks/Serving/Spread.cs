using System.Globalization;

namespace FeedbackService.ServingBenchmark;

/// <summary>A figure that was measured again and again.</summary>
/// <param name="Values">In the order of measuring.</param>
internal sealed record Spread(IReadOnlyList<double> Values)
{
    /// <summary>The middle one.</summary>
    public double Median => Percentile(Values, 0.5);

    /// <summary>Round by round, this over another: whatever else the machine did met both.</summary>
    public Spread Over(Spread other) => new([.. Values.Zip(other.Values, (one, another) => one / another)]);

    /// <summary>Median, lowest and highest, for a table.</summary>
    public string Format(string format) => Values.Count == 0
        ? ""
        : string.Create(CultureInfo.InvariantCulture, $"{Median.ToString(format, CultureInfo.InvariantCulture)} ({Values.Min().ToString(format, CultureInfo.InvariantCulture)} to {Values.Max().ToString(format, CultureInfo.InvariantCulture)})");

    /// <summary>Value under or at which a share of others is; between two of them, as much of each.</summary>
    public static double Percentile(IEnumerable<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        if (sorted.Length == 0)
        {
            return double.NaN;
        }

        var place = share * (sorted.Length - 1);
        var (below, above) = (sorted[(int)Math.Floor(place)], sorted[(int)Math.Ceiling(place)]);
        return below + ((above - below) * (place - Math.Floor(place)));
    }
}
