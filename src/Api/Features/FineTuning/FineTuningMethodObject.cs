using System.Text.Json.Nodes;

namespace FeedbackService.Api.Features.FineTuning;

/// <summary>How a job trains.</summary>
/// <param name="Type">supervised.</param>
/// <param name="Supervised">Its settings.</param>
public sealed record FineTuningMethodObject(string Type, FineTuningMethodSettings Supervised)
{
    internal static FineTuningMethodObject WithOptions(JsonObject hyperparameters) => new("supervised", new FineTuningMethodSettings(hyperparameters));
}
