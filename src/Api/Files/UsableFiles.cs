using FeedbackService.Api.Errors;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Training.Datasets;

namespace FeedbackService.Api.Files;

/// <summary>Finds files for jobs, and refuses those that do not serve with what their report says.</summary>
internal sealed class UsableFiles(FileStore files, FileContents contents)
{
    /// <summary>The file and its report.</summary>
    /// <param name="id">As the request names it.</param>
    /// <param name="param">Where the request names it.</param>
    /// <param name="problems">What speaks against a use.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <exception cref="ServiceException">400 when there is no such file; 422 <c>file_unusable</c> when something speaks against it.</exception>
    public async Task<(FileRow File, ValidationReport Report)> RequireAsync(
        string id, string param, Func<ValidationReport, IReadOnlyList<UsabilityProblem>> problems, CancellationToken cancellationToken)
    {
        var row = await files.RequireAsync(id, param, cancellationToken);
        var report = FileCheck.ReportFromJson(row.ReportJson);
        return problems(report) is [_, ..] found ? throw await RefusalAsync(row, report, found, param, cancellationToken) : (row, report);
    }

    private async Task<ServiceException> RefusalAsync(
        FileRow row, ValidationReport report, IReadOnlyList<UsabilityProblem> problems, string param, CancellationToken cancellationToken)
    {
        if (FileReading.FromJson(row.ReadingJson).Kind is null)
        {
            return ServiceException.Unusable("file_unusable", row.StatusDetails ?? $"'{row.Id}' holds requests, not labelled texts.", param);
        }

        var reasons = string.Join(" ", problems.Where(problem => problem.Code != DatasetUsability.HasErrors).Select(problem => problem.Message));
        if (report.ErrorCount == 0)
        {
            return ServiceException.Unusable("file_unusable", $"{reasons} GET /v1/files/{row.Id}/validation shows what was read.", param);
        }

        var findings = await contents.GetFindingsAsync(row.Id, cancellationToken);
        var first = new IssueReader(findings).After(0, IssueSeverity.Error).Take(FileSummary.ShownErrors).Select(found => found.Issue).ToList();
        var errors = $"The file has {FileSummary.Count(report.ErrorCount, "error")} in {FileSummary.Count(report.Rows, "row")}: {FileSummary.Errors(report, first)}.";
        return ServiceException.Unusable(
            "file_unusable",
            $"{reasons} {errors} Correct the lines and upload the file again; GET /v1/files/{row.Id}/validation?severity=error names each of them.".TrimStart(),
            param);
    }
}
