using System.Globalization;
using System.Text;

namespace FeedbackService.Accuracy;

/// <summary>Results as Markdown.</summary>
internal static class Tables
{
    private const double Points = 100;

    /// <summary>One study, arm by arm.</summary>
    public static string Study(Study study, IReadOnlyList<ArmSummary> arms, IReadOnlyDictionary<string, double>? speed)
    {
        var plainSeconds = arms[0].Runs.Average(run => run.Seconds);
        var table = new StringBuilder();
        table.AppendLine(CultureInfo.InvariantCulture, $"**{study.Name}**").AppendLine();
        table.AppendLine("| arm | seeds | test accuracy | against plain | same size | same size in the head | same time | parameters | training, × plain | texts/s |");
        table.AppendLine("|---|---|---|---|---|---|---|---|---|---|");
        foreach (var arm in arms)
        {
            var speedOf = speed is not null && speed.TryGetValue(arm.Arm.Name, out var perSecond) ? Speed.Format(perSecond) : "";
            table.AppendLine(CultureInfo.InvariantCulture, $"| {arm.Arm.Name} | {arm.Runs.Count} | {Format(arm.Accuracy)} | {Against(arm, Arm.Plain)} | {string.Join(" | ", Arm.Rivals.Select(rival => arm.Arm.HasFeedback ? Against(arm, rival) : ""))} | {arm.Runs.Average(run => run.Parameters) / 1e6:F2} M | {arm.Runs.Average(run => run.Seconds) / plainSeconds:F1} | {speedOf} |");
        }

        return table.ToString();
    }

    /// <summary>Round by round, the arms of a study that have more than one.</summary>
    public static string Rounds(IEnumerable<(Study Study, IReadOnlyList<ArmSummary> Arms)> studies)
    {
        var table = new StringBuilder();
        table.AppendLine("| study | arm | round 0 | against plain | last round | against plain |");
        table.AppendLine("|---|---|---|---|---|---|");
        foreach (var (study, arm) in from one in studies from arm in one.Arms where arm.Rounds.Count > 1 select (one.Study, arm))
        {
            var (first, last) = (arm.Rounds[0], arm.Rounds[^1]);
            table.AppendLine(CultureInfo.InvariantCulture, $"| {study.Name} | {arm.Arm.Name} | {Format(first.Accuracy)} | {Format(first.AgainstPlain)} | {Format(last.Accuracy)} | {Format(last.AgainstPlain)} |");
        }

        return table.ToString();
    }

    /// <summary>Presets as they come, one row each.</summary>
    public static string Presets(IEnumerable<(Study Study, RunResult Run, double? PerSecond)> rows)
    {
        var table = new StringBuilder();
        table.AppendLine("| preset | set | test accuracy | macro-F1 on validation | parameters | processor seconds to train | texts/s |");
        table.AppendLine("|---|---|---|---|---|---|---|");
        foreach (var (study, run, perSecond) in rows)
        {
            table.AppendLine(CultureInfo.InvariantCulture, $"| {study.Preset} | {study.Set} | {run.Accuracies()[^1] * Points:F2} | {run.ValidationMacroF1 * Points:F2} | {run.Parameters / 1e6:F2} M | {run.Seconds:F0} | {(perSecond is { } value ? Speed.Format(value) : "")} |");
        }

        return table.ToString();
    }

    /// <summary>Pre-training against a start from nothing, one row per set.</summary>
    public static string Pretraining(IReadOnlyList<PretrainingResult> results)
    {
        var table = new StringBuilder();
        table.AppendLine("| set | labels | seeds | from nothing | pre-trained | difference | masked loss, first → kept | hidden tokens guessed | epochs of pre-training | processor seconds to pre-train / train |");
        table.AppendLine("|---|---|---|---|---|---|---|---|---|---|");
        foreach (var group in from result in results from arm in result.Arms group (result, arm) by (result.Set, arm.Labels))
        {
            var (from, to) = (group.Where(pair => !pair.arm.Pretrained).OrderBy(pair => pair.result.Seed).ToList(), group.Where(pair => pair.arm.Pretrained).OrderBy(pair => pair.result.Seed).ToList());
            var gain = Statistics.Of([.. to.Zip(from, (one, other) => one.arm.Accuracy - other.arm.Accuracy)]);
            table.AppendLine(CultureInfo.InvariantCulture, $"| {group.Key.Set} | {group.Key.Labels?.ToString("N0", CultureInfo.InvariantCulture) ?? "all"} | {to.Count} | {Format(Statistics.Of([.. from.Select(pair => pair.arm.Accuracy)]))} | {Format(Statistics.Of([.. to.Select(pair => pair.arm.Accuracy)]))} | {Format(gain, "+0.00;-0.00;0.00")} | {to.Average(pair => pair.result.FirstMaskedLoss):F2} → {to.Average(pair => pair.result.MaskedLoss):F2} | {to.Average(pair => pair.result.MaskedAccuracy):P1} | {to[0].result.Epochs?.ToString(CultureInfo.InvariantCulture) ?? "as it comes"} | {to.Average(pair => pair.result.Seconds):F0} / {to.Average(pair => pair.arm.Seconds):F0} |");
        }

        return table.ToString();
    }

    private static string Against(ArmSummary arm, string other) => Format(arm.Against.GetValueOrDefault(other));

    // Better and worse in so many seeds by McNemar's test.
    private static string Format(Comparison? comparison) => comparison is null ? "" : $"{Format(comparison.Gain, "+0.00;-0.00;0.00")} ({comparison.Better}/{comparison.Worse})";

    private static string Format(Statistics value, string format = "0.00")
    {
        var mean = (value.Mean * Points).ToString(format, CultureInfo.InvariantCulture);
        return double.IsNaN(value.Half) ? mean : string.Create(CultureInfo.InvariantCulture, $"{mean} ± {value.Half * Points:F2}");
    }
}
