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
        [FromQuery(Name = "label"), Description("Only rows with this label.")] string? label,
        FileStore files,
        FileContents contents,
        CancellationToken cancellationToken)
    {
        var row = await files.GetAsync(fileId, cancellationToken);
        var reading = FileReading.FromJson(row.ReadingJson);
        if (reading.Kind is null)
        {
            throw ServiceException.Unusable("file_unusable", $"'{fileId}' holds requests, not labelled texts; download its content instead.", "file_id");
        }

        var after = page.AfterNumber();
        var limit = page.LimitOr();
        using var reader = DatasetReader.Open(contents.PathOf(row.Sha256), reading.ToColumns());
        var found = reader.ReadTexts(null, cancellationToken)
            .Where(text => text.Line > after && (label is null || text.Labels.Contains(label, StringComparer.Ordinal)))
            .Take(limit + 1)
            .ToList();
        return TypedResults.Ok(Page<LabeledText>.Of(found, limit).ToList(
            text => text.Line.ToString(CultureInfo.InvariantCulture),
            text => new FileRowObject(text.Line, text.Input.Text, text.Input.TextPair, text.Labels)));
    }
}
