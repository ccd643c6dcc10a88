namespace FeedbackService.Accuracy;

/// <summary>An arm over its seeds.</summary>
internal sealed class ArmSummary
{
    /// <summary>Sums an arm up.</summary>
    /// <param name="arm">The arm.</param>
    /// <param name="results">Of its study.</param>
    public ArmSummary(Arm arm, ILookup<string, RunResult> results)
    {
        Arm = arm;
        Runs = [.. results[arm.Name]];
        Accuracy = Statistics.Of([.. Runs.Select(run => run.Accuracies()[^1])]);
        Rounds = [.. Enumerable.Range(0, Runs.Min(run => run.Right.Count)).Select(round => new RoundSummary(
            Statistics.Of([.. Runs.Select(run => run.Accuracies()[round])]),
            Comparison.Of(Runs, results[Arm.Plain], round)))];
        Against = new[] { Arm.Plain }.Concat(Arm.Rivals)
            .Where(other => other != arm.Name)
            .Select(other => (other, Comparison: Comparison.Of(Runs, results[other])))
            .Where(pair => pair.Comparison is not null)
            .ToDictionary(pair => pair.other, pair => pair.Comparison!);
    }

    /// <summary>The arm.</summary>
    public Arm Arm { get; }

    /// <summary>One a seed.</summary>
    public IReadOnlyList<RunResult> Runs { get; }

    /// <summary>Test accuracy of the last round.</summary>
    public Statistics Accuracy { get; }

    /// <summary>Round by round.</summary>
    public IReadOnlyList<RoundSummary> Rounds { get; }

    /// <summary>Its last round against plain arms, by their names.</summary>
    public IReadOnlyDictionary<string, Comparison> Against { get; }
}
