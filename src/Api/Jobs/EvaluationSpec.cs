using System.Text.Json;
using FeedbackService.Api.Hosting;
using FeedbackService.Api.Serving.Providers;

namespace FeedbackService.Api.Jobs;

/// <summary>What an evaluation was asked to do: the <c>SpecJson</c> of a job of kind Evaluate.</summary>
/// <param name="Model">Resolved address, <c>name:version</c>.</param>
/// <param name="File">Id of the labelled file.</param>
/// <param name="Baseline">Resolved address of a second model to compare with; null for none.</param>
/// <param name="Provider">What computes the model; null for what the settings say. A baseline is then computed exactly.</param>
public sealed record EvaluationSpec(string Model, string File, string? Baseline = null, ServingProvider? Provider = null)
{
    /// <summary>As it is stored.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ApiJson.Options);

    /// <summary>From what is stored.</summary>
    public static EvaluationSpec FromJson(string json) => JsonSerializer.Deserialize<EvaluationSpec>(json, ApiJson.Options)!;
}
