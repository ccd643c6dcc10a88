using System.Text.Json.Nodes;

namespace FeedbackService.Model.Checkpoints;

/// <summary>The file <c>manifest.json</c>: what the folder holds, byte for byte, and where it comes from (docs/artifact-format.md).</summary>
public sealed record ArtifactManifest
{
    /// <summary>The only version there is.</summary>
    public const int CurrentFormatVersion = 1;

    /// <summary>Version of the folder's format.</summary>
    public required int FormatVersion { get; init; }

    /// <summary>What the folder holds.</summary>
    public required ArtifactKind Kind { get; init; }

    /// <summary>When it was made, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Element type of the weights in the file.</summary>
    public required ArtifactPrecision Precision { get; init; }

    /// <summary>The base of an adapter; null for everything else.</summary>
    public ArtifactBase? Base { get; init; }

    /// <summary>Every file of the folder but the manifest, in the order of their names.</summary>
    public required IReadOnlyList<ArtifactFile> Files { get; init; }

    /// <summary>Where it comes from.</summary>
    public required ArtifactLineage Lineage { get; init; }

    /// <summary>Figures of its evaluation, free in form; null when there was none.</summary>
    public JsonObject? Metrics { get; init; }
}
