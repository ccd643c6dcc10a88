using System.Text.Json.Nodes;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Model.Checkpoints;

/// <summary>What goes into an artifact folder.</summary>
public sealed record ArtifactContents
{
    /// <summary>The classifier's configuration.</summary>
    public required ClassifierConfig Config { get; init; }

    /// <summary>The tokenizer the classifier was trained with.</summary>
    public required ITextTokenizer Tokenizer { get; init; }

    /// <summary>The weights, named as <c>state_dict()</c> names them.</summary>
    public required IReadOnlyList<TensorSource> Weights { get; init; }

    /// <summary>When the artifact is made, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What the folder holds. Default a complete classifier.</summary>
    public ArtifactKind Kind { get; init; } = ArtifactKind.Complete;

    /// <summary>Element type to store the weights in. Default float32.</summary>
    public ArtifactPrecision Precision { get; init; } = ArtifactPrecision.Float32;

    /// <summary>The base; given for an adapter and for nothing else.</summary>
    public ArtifactBase? Base { get; init; }

    /// <summary>Temperatures and thresholds; null when none were fitted.</summary>
    public Calibration? Calibration { get; init; }

    /// <summary>Where it comes from.</summary>
    public ArtifactLineage Lineage { get; init; } = new();

    /// <summary>Figures of its evaluation; null when there was none.</summary>
    public JsonObject? Metrics { get; init; }

    /// <summary>Further files by name, such as <c>report.json</c>.</summary>
    public IReadOnlyDictionary<string, byte[]> Attachments { get; init; } = new Dictionary<string, byte[]>();
}
