using System.Text.Json.Nodes;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;

namespace FeedbackService.Api.Features.FineTuning;

/// <summary>A checkpoint, in the shape of OpenAI's API; its model name can be used to classify.</summary>
/// <param name="Id"><c>ftckpt_…</c>.</param>
/// <param name="CreatedAt">Unix seconds.</param>
/// <param name="FineTunedModelCheckpoint"><c>ftjob-…:step-2000</c>.</param>
/// <param name="StepNumber">Optimizer steps done.</param>
/// <param name="FineTuningJobId">The job.</param>
/// <param name="Metrics">Validation figures at this step.</param>
public sealed record FineTuningCheckpointObject(
    string Id, long CreatedAt, string FineTunedModelCheckpoint, int StepNumber, string FineTuningJobId, JsonObject Metrics)
{
    /// <summary>Always <c>fine_tuning.job.checkpoint</c>.</summary>
    public string Object => "fine_tuning.job.checkpoint";

    internal static FineTuningCheckpointObject From(CheckpointRow row)
    {
        var metrics = JsonNode.Parse(row.MetricsJson) as JsonObject ?? [];
        metrics.Remove("type");
        metrics["step"] = row.Step;
        return new FineTuningCheckpointObject(row.Id, Timestamps.ToUnixSeconds(row.CreatedAt), $"{row.JobId}:step-{row.Step}", row.Step, row.JobId, metrics);
    }
}
