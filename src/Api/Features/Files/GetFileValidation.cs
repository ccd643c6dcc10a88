using System.Globalization;
using FeedbackService.Api.Files;
using FeedbackService.Api.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace FeedbackService.Api.Features.Files;

/// <summary>GET /v1/files/{file_id}/validation: every bad line, paged.</summary>
internal static class GetFileValidation
{
    private const int MaxLimit = 1000;

    /// <summary>Handles the request.</summary>
    public static async Task<Ok<FileValidationObject>> HandleAsync(
        [FromRoute(Name = "file_id")] string fileId, [AsParameters] PageQuery page, FileStore files, FileContents contents, CancellationToken cancellationToken)
    {
        var row = await files.GetAsync(fileId, cancellationToken);
        var skip = page.AfterNumber();
        var issues = IssueFile.Read(contents.IssuesPathOf(row.Id), skip, page.LimitOr(100, MaxLimit));
        var report = FileCheck.ReportFromJson(row.ReportJson);
        var reading = FileReading.FromJson(row.ReadingJson);
        return TypedResults.Ok(new FileValidationObject(
            report.Rows,
            report.ValidRows,
            report.Labels,
            issues,
            report.IssueCount,
            report.ErrorCount,
            report.Duplicates,
            report.Conflicts,
            report.SimilarLabels,
            report.LengthHistogram,
            reading.TextColumn,
            reading.TextPairColumn,
            reading.LabelColumn,
            report.MultiLabel,
            issues.Count == 0 ? null : (skip + issues.Count).ToString(CultureInfo.InvariantCulture),
            skip + issues.Count < report.IssueCount));
    }
}
