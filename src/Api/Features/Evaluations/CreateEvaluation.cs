using FeedbackService.Api.Errors;
using FeedbackService.Api.Files;
using FeedbackService.Api.Http;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Serving;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Configuration;
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
        var wishes = JobWishes.Of(request.Priority, request.Device);
        var (file, _) = await files.RequireAsync(request.File, "file", DatasetUsability.ForEvaluation, cancellationToken);

        // The version is fixed now: an alias that moves later changes nothing.
        var model = await registry.ResolveServableAsync(request.Model, cancellationToken);
        var baseline = request.Baseline is null ? null : await BaselineAsync(request.Baseline, model, registry, cancellationToken);
        var job = new NewJob(Ids.NewEvaluation(), JobKind.Evaluate, new EvaluationSpec(model.Address, file.Id, baseline?.Address, request.Provider).ToJson())
        {
            Wishes = wishes,
            ModelName = model.Address,
            Reads = baseline is null ? [model.Address] : [model.Address, baseline.Address],
            Idempotency = IdempotencyHeader.Claim(context, request),
        };
        return TypedResults.Ok(EvaluationObject.From(await jobs.CreateAsync(job, cancellationToken)));
    }

    private static async Task<ServableModel> BaselineAsync(string address, ServableModel model, ModelRegistry registry, CancellationToken cancellationToken)
    {
        try
        {
            var baseline = await registry.ResolveServableAsync(address, cancellationToken);
            var (one, other) = (ConfigOf(model), ConfigOf(baseline));
            var alike = (one.Head == HeadKind.MultiLabel) == (other.Head == HeadKind.MultiLabel);
            return alike && one.Labels.Intersect(other.Labels, StringComparer.Ordinal).Any()
                ? baseline
                : throw ServiceException.Unusable(
                    "baseline_not_comparable",
                    alike
                        ? $"'{model.Address}' and '{baseline.Address}' have no label in common."
                        : $"One of '{model.Address}' and '{baseline.Address}' gives one label per text, the other several.",
                    "baseline");
        }
        catch (ServiceException refused) when (refused.Param == "model")
        {
            throw new ServiceException(refused.Status, refused.Code, refused.Message, "baseline");
        }
    }

    private static ClassifierConfig ConfigOf(ServableModel model) => JsonFiles.Read<ClassifierConfig>(Path.Combine(model.Directory, ArtifactFiles.Config));
}
