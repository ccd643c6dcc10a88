using FeedbackService.Api.Errors;
using FeedbackService.Api.Files;
using FeedbackService.Api.Http;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Jobs.Batches;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FeedbackService.Api.Features.Batches;

/// <summary>POST /v1/batches: queues a file of requests.</summary>
internal static class CreateBatch
{
    private const string Window = "24h";
    private const string Anchor = "created_at";
    private const long ShortestKept = 3600;
    private const long LongestKept = 30 * 24 * 3600;

    /// <summary>Handles the request.</summary>
    public static async Task<Ok<BatchObject>> HandleAsync(
        CreateBatchRequest request, HttpContext context, FileStore files, JobStore jobs, CancellationToken cancellationToken)
    {
        Check(request);
        var file = await files.FindAsync(request.InputFileId, cancellationToken)
            ?? throw ServiceException.Invalid("file_not_found", $"There is no file '{request.InputFileId}'. POST /v1/files uploads one.", "input_file_id");
        if (file.Purpose != FilePurpose.Batch)
        {
            throw ServiceException.Unusable(
                "file_unusable", $"'{file.Id}' was uploaded with purpose '{file.Purpose}'. Upload the requests with purpose '{FilePurpose.Batch}'.", "input_file_id");
        }

        var spec = new BatchSpec(file.Id, request.Endpoint, request.OutputExpiresAfter?.Seconds);
        var job = new NewJob(Ids.NewBatch(), JobKind.Batch, spec.ToJson())
        {
            Metadata = request.Metadata ?? new Dictionary<string, string>(),
            Idempotency = IdempotencyHeader.Claim(context, request),
        };
        return TypedResults.Ok(BatchObject.From(await jobs.CreateAsync(job, cancellationToken)));
    }

    private static void Check(CreateBatchRequest request)
    {
        Require(request.Endpoint == BatchSpec.Classify, "endpoint", $"must be \"{BatchSpec.Classify}\".");
        Require(request.CompletionWindow is null or Window, "completion_window", $"must be \"{Window}\"; it can be left out.");
        MetadataRules.Check(request.Metadata);
        Require(
            request.OutputExpiresAfter is null or { Anchor: Anchor, Seconds: >= ShortestKept and <= LongestKept },
            "output_expires_after",
            $"takes \"anchor\":\"{Anchor}\" and \"seconds\" from {ShortestKept} to {LongestKept}.");

        static void Require(bool holds, string param, string message)
        {
            if (!holds)
            {
                throw ServiceException.Invalid("invalid_value", $"'{param}' {message}", param);
            }
        }
    }
}
