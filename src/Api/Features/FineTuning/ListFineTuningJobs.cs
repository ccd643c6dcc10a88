using FeedbackService.Api.Http;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Storage.Entities;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FeedbackService.Api.Features.FineTuning;

/// <summary>GET /v1/fine_tuning/jobs, newest first, filtered by <c>metadata[key]=value</c>.</summary>
internal static class ListFineTuningJobs
{
    /// <summary>Handles the request.</summary>
    public static async Task<Ok<ListPage<FineTuningJobObject>>> HandleAsync(
        [AsParameters] PageQuery page, HttpRequest request, JobStore jobs, TimeProvider clock, CancellationToken cancellationToken)
    {
        var found = await jobs.ListAsync(JobKind.Train, page.After, page.LimitOr(), BracketQuery.Pairs(request.Query, "metadata"), cancellationToken);
        return TypedResults.Ok(found.ToList(row => row.Id, row => FineTuningJobObject.From(row, clock)));
    }
}
