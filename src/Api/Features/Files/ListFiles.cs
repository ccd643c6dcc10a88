using System.ComponentModel;
using FeedbackService.Api.Errors;
using FeedbackService.Api.Files;
using FeedbackService.Api.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace FeedbackService.Api.Features.Files;

/// <summary>GET /v1/files.</summary>
internal static class ListFiles
{
    // OpenAI's default and maximum for this list.
    private const int MaxLimit = 10_000;

    /// <summary>Handles the request.</summary>
    public static async Task<Ok<ListPage<FileObject>>> HandleAsync(
        [AsParameters] PageQuery page,
        [FromQuery(Name = "purpose"), Description("Only files for this purpose.")] string? purpose,
        [AsParameters] OrderQuery order,
        FileStore files,
        CancellationToken cancellationToken)
    {
        if (purpose is not null && !FilePurpose.All.Contains(purpose, StringComparer.Ordinal))
        {
            throw ServiceException.Invalid("invalid_value", $"'purpose' must be one of {string.Join(", ", FilePurpose.All)}.", "purpose");
        }

        var found = await files.ListAsync(purpose, page.After, page.LimitOr(MaxLimit, MaxLimit), order.IsOldestFirst(), cancellationToken);
        return TypedResults.Ok(found.ToList(file => file.Id, FileObject.From));
    }
}
