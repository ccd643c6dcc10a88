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

    private static string Format(Statistics value, string format = "0.00")
    {
        var mean = (value.Mean * Points).ToString(format, CultureInfo.InvariantCulture);
        return double.IsNaN(value.Half) ? mean : string.Create(CultureInfo.InvariantCulture, $"{mean} ± {value.Half * Points:F2}");
    }
}
