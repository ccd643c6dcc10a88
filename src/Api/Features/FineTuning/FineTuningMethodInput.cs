using System.Text.Json;

namespace FeedbackService.Api.Features.FineTuning;

/// <summary>Settings of a method.</summary>
public sealed record FineTuningMethodInput
{
    /// <summary>Options by name, each a value or <c>"auto"</c>; the preset's schema of the method lists them.</summary>
    public JsonElement? Hyperparameters { get; init; }
}
