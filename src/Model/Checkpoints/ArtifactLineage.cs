using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace FeedbackService.Model.Checkpoints;

/// <summary>Where an artifact comes from. Members are null where nothing is known, as after an import.</summary>
public sealed record ArtifactLineage
{
    /// <summary>Job that made it.</summary>
    public string? JobId { get; init; }

    /// <summary>Preset or registry address the training went on from.</summary>
    public string? BaseModel { get; init; }

    /// <summary>Files it was trained and validated on.</summary>
    public IReadOnlyList<ArtifactDataset> Datasets { get; init; } = [];

    /// <summary>Checkpoint that it was imported from; null for what was trained here.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ArtifactOrigin? Origin { get; init; }

    /// <summary>Seed of all randomness.</summary>
    public long? Seed { get; init; }

    /// <summary>Effective hyperparameters, as the job echoes them.</summary>
    public JsonObject? Hyperparameters { get; init; }

    /// <summary>Versions of what computed it, such as <c>feedback_service</c>, <c>torch_sharp</c>, <c>libtorch</c>.</summary>
    public IReadOnlyDictionary<string, string> Versions { get; init; } = new Dictionary<string, string>();

    /// <summary>Device of the training, such as <c>cpu</c>.</summary>
    public string? Device { get; init; }

    /// <summary>Compute threads of the training: part of what reproducibility promises.</summary>
    public int? Threads { get; init; }
}
