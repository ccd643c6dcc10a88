using System.ComponentModel;
using System.Globalization;
using FeedbackService.Api.Errors;
using FeedbackService.Api.Files;
using FeedbackService.Api.Http;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Training.Datasets;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace FeedbackService.Api.Features.Files;

/// <summary>GET /v1/files/{file_id}/validation: every bad line, paged, and what the file shares with another.</summary>
internal static class GetFileValidation
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;

    /// <summary>Handles the request.</summary>
    public static async Task<Ok<FileValidationObject>> HandleAsync(
        [FromRoute(Name = "file_id")] string fileId,
        [AsParameters] PageQuery page,
        [FromQuery(Name = "severity"), Description("Only issues of this severity: error or warning.")] string? severity,
        [FromQuery(Name = "against"), Description("Id of another file, as the training file: adds which texts and labels the two share.")] string? against,
        FileStore files,
        FileChecker checker,
        FileComparison comparison,
        CancellationToken cancellationToken)
    {
        var row = await files.GetAsync(fileId, cancellationToken);
        var report = FileCheck.ReportFromJson(row.ReportJson);
        var reading = FileReading.FromJson(row.ReadingJson);
        var (after, limit) = (page.AfterNumber(), page.LimitOr(DefaultLimit, MaxLimit));
        var reader = new IssueReader(await checker.FindingsAsync(row, cancellationToken));
        var issues = Page<(long Number, DatasetIssue Issue)>.Of([.. reader.After(after, Severity(severity)).Take(limit + 1)], limit);
        return TypedResults.Ok(new FileValidationObject(
            report.Rows,
            report.ValidRows,
            report.Labels,
            report.RowsWithoutLabels,
            [.. issues.Items.Select(item => item.Issue)],
            report.IssueCount,
            report.ErrorCount,
            report.WarningCount,
            report.IssueCounts,
            report.Duplicates,
            report.Conflicts,
            report.SimilarLabels,
            report.LengthHistogram,
            report.Truncation,
            against is null ? null : await LeakageAsync(row, against, files, comparison, cancellationToken),
            reading.Kind,
            reading.Delimiter,
            reading.Columns ?? [],
            reading.TextColumn,
            reading.TextPairColumn,
            reading.LabelColumn,
            report.MultiLabel,
            issues.Items.Count == 0 ? null : issues.Items[^1].Number.ToString(CultureInfo.InvariantCulture),
            issues.HasMore));
    }

    private static IssueSeverity? Severity(string? severity) => severity switch
    {
        null => null,
        "error" => IssueSeverity.Error,
        "warning" => IssueSeverity.Warning,
        _ => throw ServiceException.Invalid("invalid_value", "'severity' must be error or warning.", "severity"),
    };

    private static async Task<FileLeakageObject> LeakageAsync(
        FileRow row, string against, FileStore files, FileComparison comparison, CancellationToken cancellationToken)
    {
        var other = await files.RequireAsync(against, "against", cancellationToken);
        RequireDataset(row, "file_id");
        RequireDataset(other, "against");
        var overlap = await comparison.CompareAsync(row, other, cancellationToken);
        var leakage = overlap.Leakage;
        return new FileLeakageObject(
            against, leakage.Rows, leakage.Share, leakage.Conflicts, leakage.Examples, overlap.LabelsOnlyHere, overlap.LabelsOnlyThere);
    }

    private static void RequireDataset(FileRow row, string param)
    {
        if (FileReading.FromJson(row.ReadingJson).Kind is null)
        {
            throw ServiceException.Unusable("file_unusable", row.StatusDetails ?? $"'{row.Id}' holds requests, not labelled texts; there is nothing to compare.", param);
        }
    }
}
