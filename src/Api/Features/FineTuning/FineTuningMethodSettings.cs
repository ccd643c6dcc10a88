using System.Text.Json.Nodes;

namespace FeedbackService.Api.Features.FineTuning;

/// <summary>Settings of a method.</summary>
/// <param name="Hyperparameters">Effective value of every option.</param>
public sealed record FineTuningMethodSettings(JsonObject Hyperparameters);
