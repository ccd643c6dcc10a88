using System.ComponentModel;
using FeedbackService.Api.Http;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace FeedbackService.Api.Features.FineTuning;

/// <summary>POST /v1/fine_tuning/jobs: checks everything that can be checked, then queues, or only estimates.</summary>
internal static class CreateFineTuningJob
{
    /// <summary>Handles the request.</summary>
    public static async Task<Results<Ok<FineTuningJobObject>, Ok<FineTuningEstimate>>> HandleAsync(
        CreateFineTuningJobRequest request,
        [FromQuery(Name = "dry_run"), Description("Only check and estimate; nothing is started.")] bool? dryRun,
        HttpContext context,
        TrainingPlanner planner,
        Estimator estimator,
        JobStore jobs,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var wishes = JobWishes.Of(request.Priority, request.Device);
        var id = Ids.NewFineTuningJob();
        var plan = await planner.PlanAsync(request, id, cancellationToken);
        if (dryRun == true)
        {
            return TypedResults.Ok(estimator.Estimate(plan));
        }

        var row = await jobs.CreateAsync(
            new NewJob(id, JobKind.Train, plan.Spec.ToJson())
            {
                ModelName = plan.Spec.ResultName,
                Wishes = wishes,
                Reads = plan.Spec.BaseModel is { } start ? [start] : [],
                Warnings = [.. plan.Warnings.Select(warning => warning.ToEvent())],
                Metadata = request.Metadata ?? new Dictionary<string, string>(),
                Idempotency = IdempotencyHeader.Claim(context, request),
            },
            cancellationToken);
        return TypedResults.Ok(FineTuningJobObject.From(row, clock));
    }
}
