namespace FeedbackService.BatchUnderLoad;

/// <summary>What clients saw while something ran.</summary>
/// <param name="Name">What ran.</param>
/// <param name="Elapsed">For how long.</param>
/// <param name="Milliseconds">Time of every request.</param>
/// <param name="Counts">Requests per status; 0 is a connection that broke.</param>
internal sealed record Measurement(string Name, TimeSpan Elapsed, IReadOnlyList<double> Milliseconds, IReadOnlyDictionary<int, int> Counts)
{
    private readonly double[] _sorted = [.. Milliseconds.Order()];

    /// <summary>Requests answered per second, by all clients.</summary>
    public double PerSecond => _sorted.Length / Elapsed.TotalSeconds;

    /// <summary>Requests per status, as text.</summary>
    public string Statuses => string.Join(", ", Counts.OrderBy(count => count.Key).Select(count => $"{count.Value} × {count.Key}"));

    /// <summary>Whether every request was answered with 200.</summary>
    public bool IsSound => Counts.Keys.All(status => status == 200);

    /// <summary>Time under which a share of the requests were answered, in milliseconds.</summary>
    public double Percentile(double share) =>
        _sorted.Length == 0 ? double.NaN : _sorted[Math.Min(_sorted.Length - 1, (int)Math.Ceiling(share * _sorted.Length) - 1)];
}
