using FeedbackService.Training.Metrics;

namespace FeedbackService.Accuracy;

/// <summary>An arm over the seeds that it and the plain arm both have.</summary>
internal sealed class ArmSummary
{
    private const double Level = 0.05;

    /// <summary>Sums an arm up.</summary>
    public ArmSummary(string name, IReadOnlyList<RunResult> runs, IReadOnlyList<RunResult> plain)
    {
        Name = name;
        Runs = runs;
        Accuracy = Statistics.Of([.. runs.Select(run => run.Accuracies()[^1])]);
        Rounds = [.. Enumerable.Range(0, runs.Min(run => run.Right.Count)).Select(round => Statistics.Of([.. runs.Select(run => run.Accuracies()[round])]))];
        var pairs = runs.Join(plain, run => run.Seed, run => run.Seed, (run, other) => Compare(run, other)).ToList();
        Gain = Statistics.Of([.. pairs.Select(pair => pair.Difference)]);
        Better = pairs.Count(pair => pair.Difference > 0 && pair.PValue < Level);
        Worse = pairs.Count(pair => pair.Difference < 0 && pair.PValue < Level);
    }

    /// <summary>Of the arm.</summary>
    public string Name { get; }

    /// <summary>One a seed.</summary>
    public IReadOnlyList<RunResult> Runs { get; }

    /// <summary>Test accuracy of the last round.</summary>
    public Statistics Accuracy { get; }

    /// <summary>Test accuracy of every round.</summary>
    public IReadOnlyList<Statistics> Rounds { get; }

    /// <summary>Difference to the plain arm of the same seed.</summary>
    public Statistics Gain { get; }

    /// <summary>Seeds in which McNemar's test finds the arm better than the plain one, at 5 %.</summary>
    public int Better { get; }

    /// <summary>Seeds in which it finds it worse.</summary>
    public int Worse { get; }

    private static PairedComparison Compare(RunResult run, RunResult plain)
    {
        var (ours, theirs) = (run.RightByRound()[^1], plain.RightByRound()[^1]);
        long Count(bool one, bool other) => ours.Zip(theirs).Count(pair => pair.First == one && pair.Second == other);
        return new PairedComparison(Count(true, true), Count(true, false), Count(false, true), Count(false, false));
    }
}
