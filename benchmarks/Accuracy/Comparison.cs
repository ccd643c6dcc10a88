using FeedbackService.Training.Metrics;

namespace FeedbackService.Accuracy;

/// <summary>An arm against another one over the seeds that both have.</summary>
/// <param name="Gain">Difference of test accuracy to the other arm of the same seed.</param>
/// <param name="Better">Seeds in which McNemar's exact test finds the arm better, at 5 %.</param>
/// <param name="Worse">Seeds in which it finds it worse.</param>
internal sealed record Comparison(Statistics Gain, int Better, int Worse)
{
    private const double Level = 0.05;

    /// <summary>Compares a round of an arm with the last round of another.</summary>
    /// <param name="runs">The arm's.</param>
    /// <param name="others">The other arm's.</param>
    /// <param name="round">Of the arm; null for its last.</param>
    /// <returns>Null when they have no seed in common.</returns>
    public static Comparison? Of(IEnumerable<RunResult> runs, IEnumerable<RunResult> others, int? round = null)
    {
        var pairs = runs.Join(others, run => run.Seed, run => run.Seed, (run, other) => Pair(run.RightByRound()[round ?? ^1], other.RightByRound()[^1])).ToList();
        return pairs.Count == 0 ? null : new Comparison(
            Statistics.Of([.. pairs.Select(pair => pair.Difference)]),
            pairs.Count(pair => pair.Difference > 0 && pair.PValue < Level),
            pairs.Count(pair => pair.Difference < 0 && pair.PValue < Level));
    }

    private static PairedComparison Pair(bool[] ours, bool[] theirs)
    {
        long Count(bool one, bool other) => ours.Zip(theirs).Count(pair => pair.First == one && pair.Second == other);
        return new PairedComparison(Count(true, true), Count(true, false), Count(false, true), Count(false, false));
    }
}
