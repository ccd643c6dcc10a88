using System.ComponentModel;
using System.Globalization;
using FeedbackService.Api.Errors;
using FeedbackService.Api.Files;
using FeedbackService.Api.Http;
using FeedbackService.Api.Storage;
using FeedbackService.Training.Datasets;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace FeedbackService.Api.Features.Files;

/// <summary>GET /v1/files/{file_id}/rows: the data as they are read, in the order of the file.</summary>
internal static class ListFileRows
{
    /// <summary>Handles the request.</summary>
    public static async Task<Ok<ListPage<FileRowObject>>> HandleAsync(
        [FromRoute(Name = "file_id")] string fileId,
        [AsParameters] PageQuery page,
        [FromQuery(Name = "label"), Description("Only rows with this label; a label the file does not have gives an empty list.")] string? label,
        [FromQuery(Name = "valid"), Description("true: only usable rows; false: only the others. Absent: all.")] bool? valid,
        FileStore files,
        RowBrowser browser,
        CancellationToken cancellationToken)
    {
        var file = await files.GetAsync(fileId, cancellationToken);
        if (FileReading.FromJson(file.ReadingJson).Kind is null)
        {
            throw ServiceException.Unusable(
                "file_unusable", file.StatusDetails ?? $"'{fileId}' holds requests, not labelled texts; download its content instead.", "file_id");
        }

        var limit = page.LimitOr();
        var found = Page<DatasetRow>.Of(await browser.FindAsync(file, page.AfterNumber(), label, valid, limit + 1, cancellationToken), limit);
        var issues = await browser.IssuesOfAsync(file, found.Items, cancellationToken);
        var raw = new Dictionary<long, string>();
        foreach (var row in found.Items.Where(row => row.Text is null))
        {
            raw[row.Line] = await browser.RawAsync(file, row, cancellationToken);
        }

        return TypedResults.Ok(found.ToList(
            row => row.Line.ToString(CultureInfo.InvariantCulture),
            row => new FileRowObject(
                row.Line, row.Text is not null, row.Text?.Input.Text, row.Text?.Input.TextPair, row.Text?.Labels ?? [], raw.GetValueOrDefault(row.Line), issues[row.Line])));
    }
}
