using System.Security.Cryptography;
using System.Text.Json;
using FeedbackService.Api.Errors;
using FeedbackService.Api.Files;
using FeedbackService.Api.Hosting;
using FeedbackService.Api.Http;
using FeedbackService.Api.Storage;
using FeedbackService.Training.Datasets;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Features.Files;

/// <summary>POST /v1/files: takes a file, looks at every row of it, and says at once whether it can be used.</summary>
internal static class UploadFile
{
    private static readonly string[] KnownFields =
        ["purpose", "text_column", "text_pair_column", "label_column", .. UploadExpiry.Fields];

    /// <summary>Handles the request.</summary>
    public static async Task<Ok<FileObject>> HandleAsync(
        HttpContext context, FileIntake intake, FileContents contents, UploadMetrics metrics, IOptions<ServiceOptions> options, CancellationToken cancellationToken)
    {
        using var upload = await UploadReader.ReadAsync(context.Request, contents.NewTemporaryPath(), options.Value.MaxUploadBytes, cancellationToken);
        var purpose = Check(upload);
        var file = new IncomingFile(upload.Path, upload.FileName, upload.Bytes, upload.Sha256!) { KeptFor = UploadExpiry.Read(upload.Fields) };
        var row = await intake.TakeAsync(file, purpose, ColumnsOf(upload), Claim(context, upload), cancellationToken);
        metrics.Count(row);
        return TypedResults.Ok(FileObject.From(row));
    }

    private static string Check(StagedUpload upload)
    {
        if (upload.Fields.Keys.FirstOrDefault(name => !KnownFields.Contains(name, StringComparer.Ordinal)) is { } unknown)
        {
            throw ServiceException.Invalid("unknown_parameter", $"'{unknown}' is not a parameter of this request. Check its spelling, or leave it out.", unknown);
        }

        if (upload.Sha256 is null)
        {
            throw ServiceException.Invalid("missing_parameter", "The form has no part 'file'.", "file");
        }

        if (!upload.Fields.TryGetValue("purpose", out var purpose))
        {
            throw ServiceException.Invalid("missing_parameter", $"The form has no part 'purpose': {string.Join(", ", FilePurpose.Uploads)}.", "purpose");
        }

        return FilePurpose.Uploads.Contains(purpose, StringComparer.Ordinal)
            ? purpose
            : throw ServiceException.Invalid("invalid_value", $"'purpose' must be one of {string.Join(", ", FilePurpose.Uploads)}.", "purpose");
    }

    private static ColumnRequest ColumnsOf(StagedUpload upload) => new()
    {
        TextColumn = ColumnOf(upload, "text_column"),
        TextPairColumn = ColumnOf(upload, "text_pair_column"),
        LabelColumn = ColumnOf(upload, "label_column"),
    };

    // A form sends its empty fields too.
    private static string? ColumnOf(StagedUpload upload, string field) =>
        upload.Fields.GetValueOrDefault(field) is { Length: > 0 } column ? column : null;

    private static IdempotencyClaim? Claim(HttpContext context, StagedUpload upload)
    {
        var fields = upload.Fields.OrderBy(field => field.Key, StringComparer.Ordinal).SelectMany(field => new[] { field.Key, field.Value });
        string[] all = [upload.Sha256!, upload.FileName, .. fields];
        return IdempotencyHeader.Claim(context, SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(all)));
    }
}
