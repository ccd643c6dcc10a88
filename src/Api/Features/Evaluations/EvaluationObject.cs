using System.Text.Json;
using System.Text.Json.Nodes;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;

namespace FeedbackService.Api.Features.Evaluations;

/// <summary>An evaluation as it stands.</summary>
/// <param name="Id"><c>eval_…</c>.</param>
/// <param name="Status">queued, running, succeeded, failed or cancelled.</param>
/// <param name="Model">The resolved version.</param>
/// <param name="File">Id of the file.</param>
/// <param name="CreatedAt">Unix seconds.</param>
/// <param name="FinishedAt">Unix seconds; null until it has ended.</param>
/// <param name="Error">Why it failed; null unless it did.</param>
/// <param name="Report">The figures; null until it has succeeded.</param>
public sealed record EvaluationObject(
    string Id, string Status, string Model, string File, long CreatedAt, long? FinishedAt, EvaluationError? Error, JsonNode? Report)
{
    /// <summary>Always <c>evaluation</c>.</summary>
    public string Object => "evaluation";

    /// <summary>None is supported yet.</summary>
    public string? Baseline => null;

    /// <summary>Only with a baseline.</summary>
    public JsonNode? Comparison => null;

    internal static EvaluationObject From(JobRow row)
    {
        var spec = EvaluationSpec.FromJson(row.SpecJson);
        return new EvaluationObject(
            row.Id,
            JsonNamingPolicy.SnakeCaseLower.ConvertName(row.State.ToString()),
            spec.Model,
            spec.File,
            Timestamps.ToUnixSeconds(row.CreatedAt),
            row.FinishedAt is { } finished ? Timestamps.ToUnixSeconds(finished) : null,
            row.ErrorCode is null ? null : new EvaluationError(row.ErrorCode, row.ErrorMessage ?? string.Empty, row.ErrorParam),
            row.ResultJson is null ? null : JsonNode.Parse(row.ResultJson));
    }
}
