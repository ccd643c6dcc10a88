using FeedbackService.Api.Http;
using FeedbackService.Api.Jobs.Workers;
using FeedbackService.Api.OpenApi;
using FeedbackService.Api.Security;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FeedbackService.Api.Features.Workers;

/// <summary>Route of workers.</summary>
internal static class WorkerEndpoints
{
    private const string Id = "gpu-1:7:4c9f02ab";

    private const string Example = """
        {"id":"gpu-1:7:4c9f02ab","object":"worker","machine":"gpu-1","process_id":7,"version":"0.1.0","device":"cuda:0","device_name":"NVIDIA L4","cores":8,"memory_bytes":34359738368,"device_memory_bytes":24152899584,"queues":["train","evaluate","batch","classify","import"],"capabilities":["cuda","bf16"],"status":"alive","started_at":"2026-11-22T18:00:00+00:00","heartbeat_at":"2026-11-22T18:05:00+00:00","jobs":["ftjob-8s1k2m0q9x7c4v6b3n5za2wd"]}
        """;

    /// <summary>Maps <c>/v1/workers</c>.</summary>
    public static void MapWorkers(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/workers", ListAsync).NeedsScope(Scopes.Admin).WithTags("Workers").WithName("ListWorkers").WithSummary("List workers")
            .WithDescription("The processes that take jobs, the oldest first, with what they have and what they work on. One that ended properly is gone; one that fell silent is lost, and gone after ten minutes (Workers:ForgetAfter).")
            .WithAnswerExample($$"""{"object":"list","data":[{{Example}}],"first_id":"{{Id}}","last_id":"{{Id}}","has_more":false}""").Refuses();

    private static async Task<Ok<ListPage<WorkerObject>>> ListAsync(WorkerRegistry workers, CancellationToken cancellationToken) =>
        TypedResults.Ok(ListPages.Whole<WorkerObject>([.. (await workers.ListAsync(cancellationToken)).Select(WorkerObject.From)], worker => worker.Id));
}
