using System.Text.Json;
using System.Text.Json.Nodes;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Serving.Providers;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;

namespace FeedbackService.Api.Features.Evaluations;

/// <summary>An evaluation as it stands.</summary>
/// <param name="Id"><c>eval_…</c>.</param>
/// <param name="Status">queued, running, succeeded, failed or cancelled.</param>
/// <param name="Model">The resolved version.</param>
/// <param name="File">Id of the file.</param>
/// <param name="Baseline">The resolved version compared with; null without one.</param>
/// <param name="Provider">What was asked to compute the model: auto, torch, onnx or onnx_int8; null for what the settings say.</param>
/// <param name="Priority">Evaluations of higher priority run first.</param>
/// <param name="Device">Which workers may take it: auto, cpu or cuda.</param>
/// <param name="CreatedAt">Unix seconds.</param>
/// <param name="FinishedAt">Unix seconds; null until it has ended.</param>
/// <param name="Error">Why it failed; null unless it did.</param>
/// <param name="Report">The figures; null until it has succeeded.</param>
/// <param name="Comparison">The model against the baseline on the same rows; null without one, and until it has succeeded.</param>
public sealed record EvaluationObject(
    string Id,
    string Status,
    string Model,
    string File,
    string? Baseline,
    ServingProvider? Provider,
    int Priority,
    string Device,
    long CreatedAt,
    long? FinishedAt,
    JobError? Error,
    JsonNode? Report,
    JsonNode? Comparison)
{
    /// <summary>Always <c>evaluation</c>.</summary>
    public string Object => "evaluation";

    internal static EvaluationObject From(JobRow row)
    {
        var spec = EvaluationSpec.FromJson(row.SpecJson);
        var (report, comparison) = EvaluationResult.Split(row.ResultJson);
        return new EvaluationObject(
            row.Id,
            JsonNamingPolicy.SnakeCaseLower.ConvertName(row.State.ToString()),
            spec.Model,
            spec.File,
            spec.Baseline,
            spec.Provider,
            row.Priority,
            JobWishes.DeviceWord(row.Device),
            Timestamps.ToUnixSeconds(row.CreatedAt),
            row.FinishedAt is { } finished ? Timestamps.ToUnixSeconds(finished) : null,
            JobError.From(row),
            report,
            comparison);
    }
}
