using FeedbackService.Training.Datasets;

namespace FeedbackService.Api.Files;

/// <summary>A file's report in one line.</summary>
internal static class FileSummary
{
    /// <summary>Errors that are named.</summary>
    public const int ShownErrors = 3;

    private const int ShownCodes = 4;

    // One of these explains thousands of the others.
    private static readonly string[] AboutColumns = [DatasetIssueCodes.ColumnsSwapped, DatasetIssueCodes.LabelsLookLikeTexts];

    /// <summary>What a user should know of a checked file; null when all is well.</summary>
    public static string? Of(FileCheck check, string purpose)
    {
        var report = check.Report;
        if (check.Unclear is not null || check.Reading.Kind is null)
        {
            return check.Unclear;
        }

        return report switch
        {
            { Rows: 0 } => DatasetUsability.ForAnything(report)!.Message,
            { ValidRows: 0 } => $"None of the {Count(report.Rows, "row")} can be used: {Errors(report, check.FirstErrors)}. /validation names each line.",
            { ErrorCount: > 0 } => $"{Count(report.ErrorCount, "error")} in {Count(report.Rows, "row")} ({Errors(report, check.FirstErrors)}): to train or evaluate on it, correct them and upload it again. /validation names each line.",
            { HasLabels: false } when purpose != FilePurpose.Batch =>
                $"{Count(report.Rows, "row")} without a label column, good for texts only. To train or evaluate on it, {LabelAdvice(check.Reading)}.",
            { HasLabels: true, Labels.Count: 1 } when purpose == FilePurpose.FineTune => $"All {Count(report.Rows, "row")} have the label '{report.Labels.Keys.First()}'; a classifier needs at least two.",
            { WarningCount: > 0 } => $"{Count(report.Rows, "row")}, {Count(report.Labels.Count, "label")}, {Count(report.WarningCount, "warning")} ({Codes(report)}). /validation names each.",
            _ => null,
        };
    }

    /// <summary>The first errors by line and code, and how many more there are.</summary>
    public static string Errors(ValidationReport report, IReadOnlyList<DatasetIssue> first)
    {
        var named = string.Join(", ", first.Take(ShownErrors).Select(issue => $"line {issue.Line} {issue.Code}"));
        return report.ErrorCount > ShownErrors ? $"{named} and {report.ErrorCount - ShownErrors} more" : named;
    }

    /// <summary>A number with its noun.</summary>
    public static string Count(long number, string noun) => number == 1 ? $"1 {noun}" : $"{number} {noun}s";

    private static string LabelAdvice(FileReading reading)
    {
        var others = (reading.Columns ?? []).Where(column => column != reading.TextColumn && column != reading.TextPairColumn).ToList();
        return others.Count == 0
            ? "add a column called 'label'"
            : $"upload it again with label_column set to one of: {string.Join(", ", others)}";
    }

    private static string Codes(ValidationReport report) => string.Join(
        ", ", report.IssueCounts.OrderByDescending(pair => AboutColumns.Contains(pair.Key, StringComparer.Ordinal)).ThenByDescending(pair => pair.Value).Take(ShownCodes).Select(pair => $"{pair.Key} {pair.Value}"));
}
