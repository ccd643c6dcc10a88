using FeedbackService.Api.Http;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.OpenApi;
using FeedbackService.Api.Security;
using FeedbackService.Api.Storage.Entities;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FeedbackService.Api.Features.Batches;

/// <summary>Routes of batches.</summary>
internal static class BatchEndpoints
{
    private const string Id = "batch_6n3z0aw1sd5b8x2m1q7c9v4k";

    private const string Example = """
        {"id":"batch_6n3z0aw1sd5b8x2m1q7c9v4k","object":"batch","endpoint":"/v1/classify","model":"support-tickets:1","errors":null,"input_file_id":"file-3k1x9q0c5m2v8b7n4z6aw1sd","completion_window":"24h","status":"completed","output_file_id":"file-9x7c4v6b3n5za2wd8s1k2m0q","error_file_id":null,"created_at":1795372800,"in_progress_at":1795372801,"expires_at":null,"finalizing_at":1795372804,"completed_at":1795372804,"failed_at":null,"expired_at":null,"cancelling_at":null,"cancelled_at":null,"request_counts":{"total":1000,"completed":1000,"failed":0},"usage":{"input_tokens":104210,"input_tokens_details":{"cached_tokens":0},"output_tokens":0,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":104210},"priority":0,"device":"auto","metadata":{"team":"support"}}
        """;

    /// <summary>Maps <c>/v1/batches</c>.</summary>
    public static void MapBatches(this IEndpointRouteBuilder routes)
    {
        var batches = routes.MapGroup("/v1/batches").WithTags("Batches").NeedsScope(Scopes.JobsWrite);

        batches.MapPost("/", CreateBatch.HandleAsync).WithName("CreateBatch").WithSummary("Answer a file of requests")
            .WithDescription("Each line of the file is {\"custom_id\",\"method\":\"POST\",\"url\":\"/v1/classify\",\"body\":{…}}. Workers answer them when no caller waits, in the order of the file; a bad line fails alone, into the error file. A model name means one version to the end, the one it meant when the batch began.")
            .WithRequestExample("""{"input_file_id":"file-3k1x9q0c5m2v8b7n4z6aw1sd","endpoint":"/v1/classify","completion_window":"24h","priority":0,"device":"auto","metadata":{"team":"support"}}""")
            .WithAnswerExample(Example).Refuses(400, 409, 413, 415, 422, 507);

        batches.MapGet("/", ListAsync).WithName("ListBatches").WithSummary("List batches")
            .WithDescription("Newest first.")
            .WithAnswerExample($$"""{"object":"list","data":[{{Example}}],"first_id":"{{Id}}","last_id":"{{Id}}","has_more":false}""")
            .WithParameterExample("limit", "20").Refuses(400);

        batches.MapGet("/{id}", GetAsync).WithName("GetBatch").WithSummary("Get a batch")
            .WithDescription("Where it stands. Once it has ended, /v1/files/{id}/content of its output and error file have the answers.")
            .WithParameterExample("id", Id).WithAnswerExample(Example).Refuses(404);

        batches.MapPost("/{id}/cancel", CancelAsync).WithName("CancelBatch").WithSummary("Cancel a batch")
            .WithDescription("It is cancelling until its worker has stopped, then cancelled. What was answered by then is in its files.")
            .WithParameterExample("id", Id).WithAnswerExample(Example).Refuses(404, 409);
    }

    private static async Task<Ok<BatchObject>> GetAsync(string id, JobStore jobs, CancellationToken cancellationToken) =>
        TypedResults.Ok(BatchObject.From(await jobs.GetAsync(id, JobKind.Batch, cancellationToken)));

    private static async Task<Ok<BatchObject>> CancelAsync(string id, JobStore jobs, CancellationToken cancellationToken) =>
        TypedResults.Ok(BatchObject.From(await jobs.RequestCancelAsync(id, JobKind.Batch, cancellationToken)));

    private static async Task<Ok<ListPage<BatchObject>>> ListAsync([AsParameters] PageQuery page, JobStore jobs, CancellationToken cancellationToken)
    {
        var found = await jobs.ListAsync(JobKind.Batch, page.After, page.LimitOr(), null, cancellationToken);
        return TypedResults.Ok(found.ToList(row => row.Id, BatchObject.From));
    }
}
