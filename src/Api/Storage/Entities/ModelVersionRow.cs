namespace FeedbackService.Api.Storage.Entities;

/// <summary>An immutable version of a registered model. It exists only once its artifact is complete.</summary>
public sealed class ModelVersionRow : ICreatedByKey
{
    /// <summary>The model.</summary>
    public string ModelName { get; set; } = "";

    /// <summary>1, 2, 3… per model.</summary>
    public int Version { get; set; }

    /// <summary>Job that made it, unique; null for imports.</summary>
    public string? JobId { get; set; }

    /// <summary>classifier or encoder.</summary>
    public string Kind { get; set; } = "classifier";

    /// <summary>Hash of the manifest; names the artifact folder.</summary>
    public string ManifestSha256 { get; set; } = "";

    /// <summary>Manifest of the version whose weights it goes on top of; null for a complete model.</summary>
    public string? BaseManifestSha256 { get; set; }

    /// <summary>Artifact folder relative to the data folder.</summary>
    public string Directory { get; set; } = "";

    /// <summary>Size of all files.</summary>
    public long Bytes { get; set; }

    /// <summary>Free text of the user.</summary>
    public string? Description { get; set; }

    /// <summary>String pairs.</summary>
    public string TagsJson { get; set; } = "{}";

    /// <summary>Evaluation report at publication.</summary>
    public string MetricsJson { get; set; } = "{}";

    /// <summary>Job, base, data hashes, seed, options, versions.</summary>
    public string LineageJson { get; set; } = "{}";

    /// <summary>When it was made, UTC microseconds since 1970.</summary>
    public long CreatedAt { get; set; }

    /// <summary>API key that made it; null on an open service.</summary>
    public string? CreatedByKeyId { get; set; }
}
