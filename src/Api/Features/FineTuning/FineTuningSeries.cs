using System.Text.Json.Nodes;
using FeedbackService.Api.Storage.Entities;

namespace FeedbackService.Api.Features.FineTuning;

/// <summary>The figures of a training, oldest first.</summary>
/// <param name="Steps">Losses, learning rate, speed.</param>
/// <param name="Evaluations">Validation figures.</param>
public sealed record FineTuningSeries(IReadOnlyList<JsonObject> Steps, IReadOnlyList<JsonObject> Evaluations)
{
    private const string Evaluation = "evaluation";

    /// <summary>Always <c>fine_tuning.job.metrics</c>.</summary>
    public string Object => "fine_tuning.job.metrics";

    internal static FineTuningSeries From(IReadOnlyList<JobMetricRow> rows) =>
        new([.. rows.Where(row => row.Kind != Evaluation).Select(Point)], [.. rows.Where(row => row.Kind == Evaluation).Select(Point)]);

    private static JsonObject Point(JobMetricRow row)
    {
        var values = JsonNode.Parse(row.ValuesJson) as JsonObject ?? [];
        values.Remove("type");
        values["step"] = row.Step;
        return values;
    }
}
