using FeedbackService.Api.Errors;
using FeedbackService.Api.Http;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Storage.Entities;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FeedbackService.Api.Features.FineTuning;

/// <summary>GET /v1/fine_tuning/jobs, newest first, filtered by <c>metadata[key]=value</c>, or <c>metadata=null</c> for those without any.</summary>
internal static class ListFineTuningJobs
{
    private const string Name = "metadata";

    /// <summary>Handles the request.</summary>
    public static async Task<Ok<ListPage<FineTuningJobObject>>> HandleAsync(
        [AsParameters] PageQuery page, HttpRequest request, JobStore jobs, TimeProvider clock, CancellationToken cancellationToken)
    {
        var found = await jobs.ListAsync(JobKind.Train, page.After, page.LimitOr(), Metadata(request.Query), cancellationToken);
        return TypedResults.Ok(found.ToList(row => row.Id, row => FineTuningJobObject.From(row, clock)));
    }

    private static IReadOnlyDictionary<string, string>? Metadata(IQueryCollection query)
    {
        var pairs = BracketQuery.Pairs(query, Name);
        if (!query.TryGetValue(Name, out var whole))
        {
            return pairs.Count > 0 ? pairs : null;
        }

        // The npm client writes its null as nothing.
        return whole.ToString() is "null" or ""
            ? pairs
            : throw ServiceException.Invalid("invalid_value", "'metadata' filters as metadata[key]=value, or as metadata=null for jobs without any.", Name);
    }
}
