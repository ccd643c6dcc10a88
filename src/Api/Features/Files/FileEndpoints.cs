using FeedbackService.Api.Files;
using FeedbackService.Api.Http;
using FeedbackService.Api.OpenApi;
using FeedbackService.Api.Security;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;

namespace FeedbackService.Api.Features.Files;

/// <summary>Routes of files.</summary>
internal static class FileEndpoints
{
    private const string Example = """
        {"id":"file-3k1x9q0c5m2v8b7n4z6aw1sd","object":"file","bytes":84211,"created_at":1795372800,"filename":"train.csv","purpose":"fine-tune","status":"processed","status_details":null,"text_column":"text","text_pair_column":null,"label_column":"label","expires_at":null}
        """;

    private const string ExampleId = "file-3k1x9q0c5m2v8b7n4z6aw1sd";

    /// <summary>Maps <c>/v1/files</c>.</summary>
    public static void MapFiles(this IEndpointRouteBuilder routes)
    {
        var files = routes.MapGroup("/v1/files").WithTags("Files").NeedsScope(Scopes.JobsWrite);

        files.MapPost("/", UploadFile.HandleAsync).DisableAntiforgery().WithName("UploadFile").WithSummary("Upload a file")
            .WithDescription("CSV or TSV with a header, or JSON lines, recognised by content. Every row is looked at; status and status_details say whether the file can be used, and /validation names every bad line. Columns are found by their usual names, or named by text_column, text_pair_column and label_column.")
            .WithForm(
                new FormField("file", "The file.", IsFile: true, IsRequired: true),
                new FormField("purpose", "What it is for.", "fine-tune", IsRequired: true, Values: [.. FilePurpose.Uploads]),
                new FormField("text_column", "Column (CSV, TSV) or key (JSON lines) of the text; absent: found by name."),
                new FormField("text_pair_column", "Column of a second text; absent: found by name."),
                new FormField("label_column", "Column of the label or labels; absent: found by name."),
                new FormField("expires_after", "When it is deleted by itself: {\"anchor\":\"created_at\",\"seconds\":86400}, 3600 to 2592000. Absent: it is kept. As expires_after[anchor] and expires_after[seconds] too."))
            .WithAnswerExample(Example).Refuses(400, 409, 413, 415, 507);

        files.MapGet("/", ListFiles.HandleAsync).WithName("ListFiles").WithSummary("List files")
            .WithDescription("Newest first.")
            .WithAnswerExample($$"""{"object":"list","data":[{{Example}}],"first_id":"{{ExampleId}}","last_id":"{{ExampleId}}","has_more":false}""")
            .WithParameterExample("limit", "20").Refuses(400);

        files.MapGet("/{file_id}", GetAsync).WithName("GetFile").WithSummary("Get a file")
            .WithDescription("What is known of it; its bytes are at /content.")
            .WithParameterExample("file_id", ExampleId).WithAnswerExample(Example).Refuses(404);

        files.MapDelete("/{file_id}", DeleteAsync).WithName("DeleteFile").WithSummary("Delete a file")
            .WithDescription("Refused while a job that has not ended needs it.")
            .WithParameterExample("file_id", ExampleId).WithAnswerExample($$"""{"id":"{{ExampleId}}","object":"file","deleted":true}""").Refuses(404, 409);

        files.MapGet("/{file_id}/content", ContentAsync).WithName("GetFileContent").WithSummary("Download a file")
            .WithDescription("The bytes as they were uploaded. Ranges are answered.")
            .Produces<byte[]>(StatusCodes.Status200OK, "application/octet-stream")
            .WithParameterExample("file_id", ExampleId).Refuses(404);

        files.MapGet("/{file_id}/validation", GetFileValidation.HandleAsync).WithName("GetFileValidation").WithSummary("Get every issue of a file")
            .WithDescription("Counts, labels, lengths, and every bad line with its column, a code and what to do, in order of lines. With against it also says which texts stand in another file too, as in the training file of this validation file.")
            .WithParameterExample("file_id", ExampleId).WithParameterExample("limit", "100")
            .WithAnswerExample("""
                {"object":"file.validation","rows":911,"valid_rows":910,"labels":{"refund":152,"login":149},"rows_without_labels":0,"issues":[{"severity":"error","line":17,"column":"text","code":"text_empty","message":"The text is empty; write one, or remove the row."}],"issue_count":1,"error_count":1,"warning_count":0,"issue_counts":{"text_empty":1},"duplicates":0,"conflicts":0,"similar_labels":[],"length_histogram":[{"from":32,"to":64,"count":410}],"truncation":[{"max_tokens":64,"share":0.02}],"leakage":{"against":"file-9x7c4v6b3n5za2wd8s1k2m0q","rows":3,"share":0.0033,"conflicts":1,"examples":[{"line":20,"other_line":14,"same_labels":true}],"labels_only_here":[],"labels_only_there":["other"]},"format":"csv","delimiter":",","columns":["text","label"],"text_column":"text","text_pair_column":null,"label_column":"label","multi_label":false,"last_id":"1","has_more":false}
                """).Refuses(400, 404, 422);

        files.MapGet("/{file_id}/rows", ListFileRows.HandleAsync).WithName("ListFileRows").WithSummary("Look at the rows of a file")
            .WithDescription("Every row as it is read, in the order of the file: text, labels and issues; of rows that cannot be used, the beginning as it stands in the file.")
            .WithParameterExample("file_id", ExampleId).WithParameterExample("limit", "20")
            .WithAnswerExample("""
                {"object":"list","data":[{"object":"file.row","line":2,"valid":true,"text":"Where is my money?","text_pair":null,"labels":["refund"],"raw":null,"issues":[]}],"first_id":"2","last_id":"2","has_more":false}
                """).Refuses(400, 404, 422);
    }

    private static async Task<Ok<FileObject>> GetAsync([FromRoute(Name = "file_id")] string fileId, FileStore files, CancellationToken cancellationToken) =>
        TypedResults.Ok(FileObject.From(await files.GetAsync(fileId, cancellationToken)));

    private static async Task<Ok<DeletedObject>> DeleteAsync([FromRoute(Name = "file_id")] string fileId, FileStore files, CancellationToken cancellationToken)
    {
        await files.DeleteAsync(fileId, cancellationToken);
        return TypedResults.Ok(new DeletedObject(fileId, "file"));
    }

    private static async Task<PhysicalFileHttpResult> ContentAsync([FromRoute(Name = "file_id")] string fileId, HttpResponse response, FileStore files, FileContents contents, CancellationToken cancellationToken)
    {
        var row = await files.GetAsync(fileId, cancellationToken);
        // Somebody's upload must never be shown as a page of this site.
        response.Headers[HeaderNames.XContentTypeOptions] = "nosniff";
        return TypedResults.PhysicalFile(
            await contents.GetAsync(row.Sha256, cancellationToken), "application/octet-stream", row.FileName, enableRangeProcessing: true, entityTag: new EntityTagHeaderValue($"\"{row.Sha256}\""));
    }
}
