using System.Text.Json;
using FeedbackService.Api.Hosting;
using FeedbackService.Api.Http;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Serving;
using FeedbackService.Api.Serving.Requests;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FeedbackService.Api.Features.Classify;

/// <summary>Answers a classification request at once, or queues it when the caller prefers not to wait.</summary>
internal static class Classify
{
    /// <summary>POST /v1/classify.</summary>
    public static async Task<Results<Ok<ClassificationResponse>, Accepted<QueuedClassification>>> HandleAsync(
        ClassifyRequest request,
        HttpContext context,
        ClassificationService classifications,
        ModelRoutes models,
        JobStore jobs,
        CancellationToken cancellationToken)
    {
        ClassificationService.Check(request);
        if (!PreferHeader.AsksForLater(context.Request))
        {
            return TypedResults.Ok(await classifications.AnswerAsync(request, Ids.NewClassification(), WorkPriority.Interactive, cancellationToken));
        }

        // The version is fixed now: the answer must not depend on when a worker gets to it.
        var model = await models.FindAsync(request.Model, cancellationToken);
        await classifications.CheckWithModelAsync(request, model, cancellationToken);
        var spec = JsonSerializer.Serialize(request with { Model = model.Address }, ApiJson.Options);
        var job = await jobs.CreateAsync(
            new NewJob(Ids.NewClassification(), JobKind.Classify, spec)
            {
                ModelName = model.Address,
                Reads = [model.Address],
                Idempotency = IdempotencyHeader.Claim(context, request),
            },
            cancellationToken);
        context.Response.Headers["Preference-Applied"] = PreferHeader.RespondAsync;
        return TypedResults.Accepted($"/v1/classifications/{job.Id}", new QueuedClassification(job.Id, "classification", "queued"));
    }
}
