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
        var table = new StringBuilder();
        table.AppendLine(CultureInfo.InvariantCulture, $"**{study.Name}**").AppendLine();
        table.AppendLine("| arm | seeds | test accuracy | round by round | against plain | McNemar, better / worse | parameters | processor seconds to train | texts/s |");
        table.AppendLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var arm in arms)
        {
            table.AppendLine(CultureInfo.InvariantCulture, $"| {arm.Name} | {arm.Runs.Count} | {Format(arm.Accuracy)} | {string.Join(" → ", arm.Rounds.Select(round => (round.Mean * Points).ToString("F2", CultureInfo.InvariantCulture)))} | {(arm.Name == Arm.Plain ? "" : Format(arm.Gain, "+0.00;-0.00;0.00"))} | {(arm.Name == Arm.Plain ? "" : $"{arm.Better} / {arm.Worse}")} | {arm.Runs.Average(run => run.Parameters) / 1e6:F2} M | {arm.Runs.Average(run => run.Seconds):F0} | {(speed is not null && speed.TryGetValue(arm.Name, out var perSecond) ? Speed.Format(perSecond) : "")} |");
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
        table.AppendLine("| set | labels | seeds | from nothing | pre-trained | difference | masked loss, first → kept | hidden tokens guessed | processor seconds to pre-train / train |");
        table.AppendLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var group in from result in results from arm in result.Arms group (result, arm) by (result.Set, arm.Labels))
        {
            var (from, to) = (group.Where(pair => !pair.arm.Pretrained).OrderBy(pair => pair.result.Seed).ToList(), group.Where(pair => pair.arm.Pretrained).OrderBy(pair => pair.result.Seed).ToList());
            var gain = Statistics.Of([.. to.Zip(from, (one, other) => one.arm.Accuracy - other.arm.Accuracy)]);
            table.AppendLine(CultureInfo.InvariantCulture, $"| {group.Key.Set} | {group.Key.Labels?.ToString("N0", CultureInfo.InvariantCulture) ?? "all"} | {to.Count} | {Format(Statistics.Of([.. from.Select(pair => pair.arm.Accuracy)]))} | {Format(Statistics.Of([.. to.Select(pair => pair.arm.Accuracy)]))} | {Format(gain, "+0.00;-0.00;0.00")} | {to.Average(pair => pair.result.FirstMaskedLoss):F2} → {to.Average(pair => pair.result.MaskedLoss):F2} | {to.Average(pair => pair.result.MaskedAccuracy):P1} | {to.Average(pair => pair.result.Seconds):F0} / {to.Average(pair => pair.arm.Seconds):F0} |");
        }

        return table.ToString();
    }

    private static string Format(Statistics value, string format = "0.00")
    {
        var mean = (value.Mean * Points).ToString(format, CultureInfo.InvariantCulture);
        return double.IsNaN(value.Half) ? mean : string.Create(CultureInfo.InvariantCulture, $"{mean} ± {value.Half * Points:F2}");
    }
}
