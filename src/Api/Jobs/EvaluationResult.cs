using System.Text.Json;
using System.Text.Json.Nodes;
using FeedbackService.Api.Hosting;
using FeedbackService.Training.Metrics;

namespace FeedbackService.Api.Jobs;

/// <summary>What an evaluation found: the <c>ResultJson</c> of a job of kind Evaluate is the report, with the comparison as one more member.</summary>
/// <param name="Report">Figures of the model.</param>
/// <param name="Comparison">Against the baseline; null without one.</param>
internal sealed record EvaluationResult(EvaluationReport Report, EvaluationComparison? Comparison)
{
    private const string ComparisonMember = "comparison";

    /// <summary>As it is stored.</summary>
    public string ToJson()
    {
        var json = JsonSerializer.SerializeToNode(Report)!.AsObject();
        if (Comparison is not null)
        {
            json[ComparisonMember] = JsonSerializer.SerializeToNode(Comparison, ApiJson.Options);
        }
        return json.ToJsonString();
    }

    /// <summary>Report and comparison apart, as answers show them.</summary>
    /// <param name="json">What is stored; null before success.</param>
    public static (JsonNode? Report, JsonNode? Comparison) Split(string? json)
    {
        if (json is null)
        {
            return (null, null);
        }
        var report = JsonNode.Parse(json)!.AsObject();
        report.Remove(ComparisonMember, out var comparison);
        return (report, comparison);
    }
}
