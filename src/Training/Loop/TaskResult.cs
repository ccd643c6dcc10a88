using System.Text.Json.Nodes;
using FeedbackService.Model.Inference;

namespace FeedbackService.Training.Loop;

/// <summary>What is known of a finished model.</summary>
/// <param name="Report">Figures of the held-out part; null without one.</param>
/// <param name="Calibration">Temperatures and thresholds; null for what does not classify.</param>
internal sealed record TaskResult(JsonObject? Report, Calibration? Calibration);
