using System.ComponentModel;
using System.Globalization;
using FeedbackService.Api.Errors;
using FeedbackService.Api.Http;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace FeedbackService.Api.Features.Evaluations;

/// <summary>GET /v1/evaluations/{id}/predictions: a cell of the confusion matrix, text by text.</summary>
internal static class ListPredictions
{
    /// <summary>Handles the request.</summary>
    public static async Task<Ok<ListPage<EvaluationPrediction>>> HandleAsync(
        string id,
        [AsParameters] PageQuery page,
        [FromQuery(Name = "true"), Description("Only texts that have this label.")] string? trueLabel,
        [FromQuery(Name = "predicted"), Description("Only texts that were given this label.")] string? predicted,
        JobStore jobs,
        EvaluationPredictions predictions,
        CancellationToken cancellationToken)
    {
        var after = page.AfterNumber();
        var limit = page.LimitOr();
        var job = await jobs.GetAsync(id, JobKind.Evaluate, cancellationToken);
        if (job.State != JobState.Succeeded)
        {
            throw ServiceException.NotFound("predictions_not_ready", $"'{id}' has no predictions yet; they come when it has succeeded.");
        }

        var all = await predictions.FindAsync(job, cancellationToken) ?? throw ServiceException.NotFound(
            "predictions_expired", $"The predictions of '{id}' are no longer kept; its report is. Evaluate again to see them.");
        var found = all
            .Where(prediction => prediction.Line > after
                && (trueLabel is null || prediction.True.Contains(trueLabel, StringComparer.Ordinal))
                && (predicted is null || prediction.Predicted.Contains(predicted, StringComparer.Ordinal)))
            .Take(limit + 1)
            .ToList();
        return TypedResults.Ok(Page<EvaluationPrediction>.Of(found, limit).ToList(item => item.Line.ToString(CultureInfo.InvariantCulture), item => item));
    }
}
