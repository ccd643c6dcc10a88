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

    /// <summary>Handles the request.</summary>
    public static async Task<Ok<BatchObject>> HandleAsync(
        CreateBatchRequest request, HttpContext context, FileStore files, JobStore jobs, CancellationToken cancellationToken)
    {
        Check(request);
        var wishes = JobWishes.Of(request.Priority, request.Device);
        var file = await files.RequireAsync(request.InputFileId, "input_file_id", cancellationToken);
        if (file.Purpose != FilePurpose.Batch)
        {
            throw ServiceException.Unusable(
                "file_unusable", $"'{file.Id}' was uploaded with purpose '{file.Purpose}'. Upload the requests with purpose '{FilePurpose.Batch}'.", "input_file_id");
        }

        var spec = new BatchSpec(file.Id, request.Endpoint, request.OutputExpiresAfter?.Seconds);
        var job = new NewJob(Ids.NewBatch(), JobKind.Batch, spec.ToJson())
        {
            Wishes = wishes,
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
            request.OutputExpiresAfter is not { } expiry || FileExpiry.Allows(expiry.Anchor, expiry.Seconds),
            "output_expires_after",
            $"takes \"anchor\":\"{FileExpiry.CreatedAt}\" and \"seconds\" from {FileExpiry.Shortest} to {FileExpiry.Longest}.");

        static void Require(bool holds, string param, string message)
        {
            if (!holds)
            {
                throw ServiceException.Invalid("invalid_value", $"'{param}' {message}", param);
            }
        }
    }
}
