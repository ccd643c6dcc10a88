using System.Text.Json.Nodes;
using FeedbackService.Api.Errors;
using FeedbackService.Api.Events;
using FeedbackService.Api.Http;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.OpenApi;
using FeedbackService.Api.Security;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Api.TensorBoard;
using FeedbackService.Training.Options;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace FeedbackService.Api.Features.FineTuning;

/// <summary>Routes of fine-tuning jobs.</summary>
internal static class FineTuningEndpoints
{
    private const int DefaultCheckpoints = 10;
    private const string EventStream = "text/event-stream";

    /// <summary>Maps <c>/v1/fine_tuning/jobs</c>.</summary>
    public static void MapFineTuning(this IEndpointRouteBuilder routes)
    {
        var jobs = routes.MapGroup("/v1/fine_tuning/jobs").WithTags("Fine-tuning").NeedsScope(Scopes.JobsWrite);

        jobs.MapPost("/", CreateFineTuningJob.HandleAsync).WithName("CreateFineTuningJob").WithSummary("Fine-tune a model")
            .WithDescription("Checks files, options and names, then queues the job. With dry_run=true it only estimates steps, time and memory, and lists warnings about the data; otherwise the job's log begins with them. method.type masked_language_modeling pre-trains an encoder on the texts of the file, labelled or not: a base for jobs that cannot classify by itself. The result becomes the next version of the model that suffix names. Jobs of higher priority run first; a running one of lower priority gives way at a checkpoint when no worker is free, and goes on later. The jobs of different keys take turns.")
            .Produces<FineTuningJobObject>()
            .WithRequestExample(FineTuningExamples.Create).WithAnswerExample(FineTuningExamples.Job)
            .WithOtherAnswer<FineTuningEstimate>("With dry_run=true", FineTuningExamples.Estimate).WithParameterExample("dry_run", "false")
            .Refuses(400, 404, 409, 413, 415, 422, 507);

        jobs.MapGet("/", ListFineTuningJobs.HandleAsync).WithName("ListFineTuningJobs").WithSummary("List fine-tuning jobs")
            .WithDescription("Newest first. metadata[key]=value keeps jobs with that pair, metadata=null those without any.")
            .WithAnswerExample(FineTuningExamples.List(FineTuningExamples.Job, FineTuningExamples.JobId)).WithParameterExample("limit", "20").Refuses(400);

        jobs.MapGet("/{id}", GetAsync).WithName("GetFineTuningJob").WithSummary("Get a fine-tuning job")
            .WithDescription("Where it stands, with the effective value of every option.")
            .WithAnswerExample(FineTuningExamples.Job).WithParameterExample("id", FineTuningExamples.JobId).Refuses(404);

        jobs.MapPost("/{id}/cancel", CancelAsync).WithName("CancelFineTuningJob").WithSummary("Cancel a fine-tuning job")
            .WithDescription("A queued job is cancelled at once, a running one stops soon.")
            .WithAnswerExample(FineTuningExamples.Job).WithParameterExample("id", FineTuningExamples.JobId).Refuses(404, 409);

        jobs.MapPost("/{id}/pause", PauseAsync).WithName("PauseFineTuningJob").WithSummary("Pause a fine-tuning job")
            .WithDescription("A running job stops at a checkpoint; resume goes on from there.")
            .WithAnswerExample(FineTuningExamples.Job).WithParameterExample("id", FineTuningExamples.JobId).Refuses(404, 409);

        jobs.MapPost("/{id}/resume", ResumeAsync).WithName("ResumeFineTuningJob").WithSummary("Resume a paused fine-tuning job")
            .WithDescription("It is queued again and goes on from its last checkpoint.")
            .WithAnswerExample(FineTuningExamples.Job).WithParameterExample("id", FineTuningExamples.JobId).Refuses(404, 409);

        jobs.MapGet("/{id}/events", EventsAsync).WithName("ListFineTuningEvents").WithSummary("Read the log of a fine-tuning job")
            .WithDescription("Newest first. With Accept: text/event-stream it is followed live, oldest first, until the job has ended; the header Last-Event-ID, or after, resumes behind that event.")
            .Produces<ListPage<FineTuningEventObject>>()
            .WithAnswerExample(FineTuningExamples.List(FineTuningExamples.Event, "ftevent-5b8x2m1q7c9v4k6n3z0aw1sd"))
            .WithParameterExample("id", FineTuningExamples.JobId).WithParameterExample("limit", "20").Refuses(400, 404);

        jobs.MapGet("/{id}/checkpoints", CheckpointsAsync).WithName("ListFineTuningCheckpoints").WithSummary("List the checkpoints of a fine-tuning job")
            .WithDescription("Newest first. Each is a model name of its own.")
            .WithAnswerExample(FineTuningExamples.List(FineTuningExamples.Checkpoint, "ftckpt_2m1q7c9v4k6n3z0aw1sd5b8x"))
            .WithParameterExample("id", FineTuningExamples.JobId).WithParameterExample("limit", "10").Refuses(400, 404);

        jobs.MapGet("/{id}/metrics", MetricsAsync).WithName("GetFineTuningMetrics").WithSummary("Get the figures of a training")
            .WithDescription("Losses and speed per step, validation figures per evaluation, oldest first.")
            .WithAnswerExample(FineTuningExamples.Series).WithParameterExample("id", FineTuningExamples.JobId).Refuses(404);

        jobs.MapGet("/{id}/tensorboard", TensorBoardAsync).WithName("GetFineTuningTensorBoard").WithSummary("Download the figures for TensorBoard")
            .WithDescription("An event file, at any time while the job runs and after. It only grows, and ranges are answered: curl -C - fetches what is new.")
            .Produces<byte[]>(StatusCodes.Status200OK, "application/octet-stream").Produces<byte[]>(StatusCodes.Status206PartialContent, "application/octet-stream")
            .WithParameterExample("id", FineTuningExamples.JobId).Refuses(404, 416);

        jobs.MapGet("/{id}/report", ReportAsync).WithName("GetFineTuningReport").WithSummary("Get the evaluation of the result")
            .WithDescription("On the validation part, after the job has succeeded: per class, confusion matrix, calibration, accuracy per round; of pre-training loss, perplexity and share of hidden tokens guessed.")
            .WithAnswerExample(FineTuningExamples.Report).WithParameterExample("id", FineTuningExamples.JobId).Refuses(404);
    }

    private static async Task<Ok<FineTuningJobObject>> GetAsync(string id, JobStore jobs, TimeProvider clock, CancellationToken cancellationToken) =>
        TypedResults.Ok(FineTuningJobObject.From(await jobs.GetAsync(id, JobKind.Train, cancellationToken), clock));

    private static async Task<Ok<FineTuningJobObject>> CancelAsync(string id, JobStore jobs, TimeProvider clock, CancellationToken cancellationToken) =>
        TypedResults.Ok(FineTuningJobObject.From(await jobs.RequestCancelAsync(id, JobKind.Train, cancellationToken), clock));

    private static async Task<Ok<FineTuningJobObject>> PauseAsync(string id, JobStore jobs, TimeProvider clock, CancellationToken cancellationToken) =>
        TypedResults.Ok(FineTuningJobObject.From(await jobs.RequestPauseAsync(id, JobKind.Train, cancellationToken), clock));

    private static async Task<Ok<FineTuningJobObject>> ResumeAsync(string id, JobStore jobs, TimeProvider clock, CancellationToken cancellationToken) =>
        TypedResults.Ok(FineTuningJobObject.From(await jobs.ResumeAsync(id, JobKind.Train, cancellationToken), clock));

    private static async Task<IResult> EventsAsync(
        string id, [AsParameters] PageQuery page, HttpContext context, JobStore jobs, JobEventLog log, FineTuningEventStream stream, CancellationToken cancellationToken)
    {
        await jobs.GetAsync(id, JobKind.Train, cancellationToken);
        if (context.Request.Headers.Accept.ToString().Contains(EventStream, StringComparison.OrdinalIgnoreCase))
        {
            await stream.WriteAsync(context, id, page.After);
            return Results.Empty;
        }

        var found = await log.ListAsync(id, page.After, page.LimitOr(), cancellationToken);
        return TypedResults.Ok(found.ToList(row => row.Id, FineTuningEventObject.From));
    }

    private static async Task<Ok<ListPage<FineTuningCheckpointObject>>> CheckpointsAsync(
        string id, [AsParameters] PageQuery page, JobStore jobs, TrainingHistory history, CancellationToken cancellationToken)
    {
        await jobs.GetAsync(id, JobKind.Train, cancellationToken);
        var found = await history.CheckpointsAsync(id, page.After, page.LimitOr(DefaultCheckpoints), cancellationToken);
        return TypedResults.Ok(found.ToList(row => row.Id, FineTuningCheckpointObject.From));
    }

    private static async Task<Ok<FineTuningSeries>> MetricsAsync(string id, JobStore jobs, TrainingHistory history, CancellationToken cancellationToken)
    {
        await jobs.GetAsync(id, JobKind.Train, cancellationToken);
        return TypedResults.Ok(await history.SeriesAsync(id, cancellationToken));
    }

    private static async Task<FileStreamHttpResult> TensorBoardAsync(string id, HttpResponse response, JobStore jobs, TrainingEventFile file, CancellationToken cancellationToken)
    {
        var job = await jobs.GetAsync(id, JobKind.Train, cancellationToken);
        response.Headers[HeaderNames.XContentTypeOptions] = "nosniff";
        return TypedResults.File(await file.WriteAsync(job, cancellationToken), "application/octet-stream", TrainingEventFile.NameOf(job), enableRangeProcessing: true);
    }

    private static async Task<Ok<JsonObject>> ReportAsync(string id, JobStore jobs, CancellationToken cancellationToken)
    {
        var row = await jobs.GetAsync(id, JobKind.Train, cancellationToken);
        return row.ResultJson is not null && JsonNode.Parse(row.ResultJson) is JsonObject report
            ? TypedResults.Ok(report)
            : throw ServiceException.NotFound("report_not_ready", row.State == JobState.Succeeded
                ? $"'{id}' was trained without a validation part, so it has no report.{(TrainingSpec.FromJson(row.SpecJson).MethodKind == TrainingMethods.Supervised ? " POST /v1/evaluations makes one." : "")}"
                : $"'{id}' has no report yet; it comes when the job has succeeded.");
    }
}
