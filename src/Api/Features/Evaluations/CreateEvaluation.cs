using FeedbackService.Api.Errors;
using FeedbackService.Api.Files;
using FeedbackService.Api.Http;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Training.Datasets;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FeedbackService.Api.Features.Evaluations;

/// <summary>POST /v1/evaluations: queues a run of a model over a labelled file.</summary>
internal static class CreateEvaluation
{
    /// <summary>Handles the request.</summary>
    public static async Task<Ok<EvaluationObject>> HandleAsync(
        CreateEvaluationRequest request, HttpContext context, UsableFiles files, ModelRegistry registry, JobStore jobs, CancellationToken cancellationToken)
    {
        if (request.Baseline is not null)
        {
            throw ServiceException.Unusable("baseline_not_supported", "Comparisons are not supported yet. Evaluate both models and compare their reports.", "baseline");
        }

        var (file, _) = await files.RequireAsync(request.File, "file", DatasetUsability.ForEvaluation, cancellationToken);

        // The version is fixed now: an alias that moves later changes nothing.
        var model = await registry.ResolveServableAsync(request.Model, cancellationToken);
        var job = new NewJob(Ids.NewEvaluation(), JobKind.Evaluate, new EvaluationSpec(model.Address, file.Id).ToJson())
        {
            ModelName = model.Address,
            Reads = [model.Address],
            Idempotency = IdempotencyHeader.Claim(context, request),
        };
        return TypedResults.Ok(EvaluationObject.From(await jobs.CreateAsync(job, cancellationToken)));
    }
}
