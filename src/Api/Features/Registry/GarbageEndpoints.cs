using System.ComponentModel;
using FeedbackService.Api.OpenApi;
using FeedbackService.Api.Security;
using FeedbackService.Api.Sweeping;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace FeedbackService.Api.Features.Registry;

/// <summary>Route of the garbage collection.</summary>
internal static class GarbageEndpoints
{
    private const string Example = """
        {"dry_run":true,"freed_bytes":33554432,"waiting_bytes":1048576,"freed":[{"kind":"artifact","path":"blobs/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","bytes":33554432,"unneeded_since":"2026-11-21T12:00:00+00:00"}],"waiting":[{"kind":"checkpoint","path":"checkpoints/ftjob-8s1k2m0q9x7c4v6b3n5za2wd/1-step-40","bytes":1048576,"unneeded_since":"2026-11-22T18:00:00+00:00"}],"object":"registry.gc"}
        """;

    /// <summary>Maps <c>/v1/registry/gc</c>.</summary>
    public static void MapGarbage(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/v1/registry/gc", CollectAsync).NeedsScope(Scopes.Admin).WithTags("Registry").WithName("CollectGarbage")
            .WithSummary("Free the disk of what nothing needs")
            .WithDescription("Removes what no version, job or file has needed for the time of grace (Sweeping:Grace, 24 h), as the service does by itself every ten minutes. With dry_run it only shows what would go.")
            .WithParameterExample("dry_run", "true").WithAnswerExample(Example).Refuses(400);

    private static async Task<Ok<GarbageReportObject>> CollectAsync(
        [FromQuery(Name = "dry_run"), Description("Only look; nothing is removed.")] bool? dryRun, Sweeper sweeper, CancellationToken cancellationToken) =>
        TypedResults.Ok(GarbageReportObject.From(await sweeper.SweepAsync(dryRun == true, cancellationToken), dryRun == true));
}
