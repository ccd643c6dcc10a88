using FeedbackService.ServingBenchmark.Contestants;

namespace FeedbackService.ServingBenchmark.Load;

/// <summary>What clients saw.</summary>
/// <param name="Elapsed">From the first request to the last answer.</param>
/// <param name="Milliseconds">Time of every request that was answered with 200, waits after a refusal included.</param>
/// <param name="Failed">Requests by any status but 200 and 429; 0 is a connection that broke.</param>
/// <param name="FirstFailure">What one of them says; null without.</param>
/// <param name="Refused">Answers of 429; these requests were made again after the time in Retry-After.</param>
/// <param name="ClientCpu">CPU time of this process meanwhile.</param>
internal sealed record LoadResult(
    TimeSpan Elapsed, IReadOnlyList<double> Milliseconds, IReadOnlyDictionary<int, int> Failed, string? FirstFailure, int Refused, TimeSpan ClientCpu)
{
    /// <summary>Requests answered per second.</summary>
    public double PerSecond => Milliseconds.Count / Elapsed.TotalSeconds;

    /// <summary>Every request was answered in the end.</summary>
    public bool IsSound => Failed.Count == 0;

    /// <summary>The requests that failed, as text.</summary>
    public string Failures => Failed.Count == 0 ? Pass.NoFailures : string.Join(", ", Failed.OrderBy(count => count.Key).Select(count => FormattableString.Invariant($"{count.Value} × {count.Key}")));

    /// <summary>Time under which a share of the requests were answered.</summary>
    public double Percentile(double share) => Spread.Percentile(Milliseconds, share);
}
