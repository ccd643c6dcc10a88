using FeedbackService.Api.Errors;
using FeedbackService.Api.Http;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Storage.Entities;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FeedbackService.Api.Features.FineTuning;

/// <summary>GET /v1/fine_tuning/jobs, newest first, filtered by <c>metadata[key]=value</c>.</summary>
internal static class ListFineTuningJobs
{
    private const string Prefix = "metadata[";

    /// <summary>Handles the request.</summary>
    public static async Task<Ok<ListPage<FineTuningJobObject>>> HandleAsync(
        [AsParameters] PageQuery page, HttpRequest request, JobStore jobs, TimeProvider clock, CancellationToken cancellationToken)
    {
        var found = await jobs.ListAsync(JobKind.Train, page.After, page.LimitOr(), Metadata(request.Query), cancellationToken);
        return TypedResults.Ok(found.ToList(row => row.Id, row => FineTuningJobObject.From(row, clock)));
    }

    private static Dictionary<string, string> Metadata(IQueryCollection query)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, values) in query)
        {
            if (name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(']'))
            {
                pairs[name[Prefix.Length..^1]] = values is [{ } value] ? value : throw ServiceException.Invalid("invalid_value", $"'{name}' must be given once.", name);
            }
        }

        return pairs;
    }
}
