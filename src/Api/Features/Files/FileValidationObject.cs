using FeedbackService.Training.Datasets;

namespace FeedbackService.Api.Features.Files;

/// <summary>What looking at every row of a file found.</summary>
/// <param name="Rows">Rows, good and bad.</param>
/// <param name="ValidRows">Rows without an error.</param>
/// <param name="Labels">Usable rows per label, the most frequent first.</param>
/// <param name="RowsWithoutLabels">Usable rows that say none of the labels fits; only where rows may carry several.</param>
/// <param name="Issues">A page of what is wrong, in order of lines; what concerns the whole file comes last.</param>
/// <param name="IssueCount">Number of issues, warnings included.</param>
/// <param name="ErrorCount">Number of issues that are errors.</param>
/// <param name="WarningCount">Number of issues that are warnings.</param>
/// <param name="IssueCounts">Number of issues per code.</param>
/// <param name="Duplicates">Rows whose text stood on an earlier line with the same labels.</param>
/// <param name="Conflicts">Rows whose text stood on an earlier line with other labels.</param>
/// <param name="SimilarLabels">Groups of labels that look like spellings of one.</param>
/// <param name="LengthHistogram">Lengths of the usable texts in characters.</param>
/// <param name="Truncation">Share of the usable texts that usual values of max_tokens would cut, by an estimate of word pieces.</param>
/// <param name="Leakage">Only with <c>against</c>: what this file shares with another.</param>
/// <param name="Format">csv, tsv or jsonl; null when the columns could not be told apart, or the file holds requests.</param>
/// <param name="Delimiter">What separates fields; null for JSON lines.</param>
/// <param name="Columns">Columns there are, or keys of the first 200 lines; the first 100.</param>
/// <param name="TextColumn">Column read as text.</param>
/// <param name="TextPairColumn">Column read as second text.</param>
/// <param name="LabelColumn">Column read as label.</param>
/// <param name="MultiLabel">Rows may carry several labels.</param>
/// <param name="LastId">Give it as <c>after</c> for the next page; null when the page is empty.</param>
/// <param name="HasMore">There are issues after this page.</param>
public sealed record FileValidationObject(
    long Rows,
    long ValidRows,
    IReadOnlyDictionary<string, long> Labels,
    long RowsWithoutLabels,
    IReadOnlyList<DatasetIssue> Issues,
    long IssueCount,
    long ErrorCount,
    long WarningCount,
    IReadOnlyDictionary<string, long> IssueCounts,
    long Duplicates,
    long Conflicts,
    IReadOnlyList<IReadOnlyList<string>> SimilarLabels,
    IReadOnlyList<LengthBucket> LengthHistogram,
    IReadOnlyList<TruncatedShare> Truncation,
    FileLeakageObject? Leakage,
    DatasetKind? Format,
    string? Delimiter,
    IReadOnlyList<string> Columns,
    string? TextColumn,
    string? TextPairColumn,
    string? LabelColumn,
    bool MultiLabel,
    string? LastId,
    bool HasMore)
{
    /// <summary>Always <c>file.validation</c>.</summary>
    public string Object => "file.validation";
}
