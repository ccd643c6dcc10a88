using System.Text.Json.Nodes;

namespace FeedbackService.ServingBenchmark.Models;

/// <summary>What a training process is told.</summary>
internal sealed record TrainingOrder
{
    /// <summary>Labelled texts.</summary>
    public required string TrainingFile { get; init; }

    /// <summary>Labelled texts held out; null for none.</summary>
    public string? ValidationFile { get; init; }

    /// <summary>Id of the preset.</summary>
    public required string Preset { get; init; }

    /// <summary>Options that differ from the preset's.</summary>
    public required JsonObject Options { get; init; }

    /// <summary>Where the artifact goes.</summary>
    public required string Folder { get; init; }
}
