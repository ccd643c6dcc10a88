using System.Text.Json.Nodes;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;

namespace FeedbackService.Api.Features.FineTuning;

/// <summary>A line of a job's log, in the shape of OpenAI's API.</summary>
/// <param name="Id"><c>ftevent-…</c>.</param>
/// <param name="CreatedAt">Unix seconds.</param>
/// <param name="Level">info, warn or error.</param>
/// <param name="Message">What happened.</param>
/// <param name="Type">message, metrics or status.</param>
/// <param name="Data">Figures; null if none.</param>
public sealed record FineTuningEventObject(string Id, long CreatedAt, string Level, string Message, string Type, JsonNode? Data)
{
    /// <summary>Always <c>fine_tuning.job.event</c>.</summary>
    public string Object => "fine_tuning.job.event";

    internal static FineTuningEventObject From(JobEventRow row) =>
        new(row.Id, Timestamps.ToUnixSeconds(row.CreatedAt), row.Level, row.Message, row.Type, row.DataJson is null ? null : JsonNode.Parse(row.DataJson));
}
