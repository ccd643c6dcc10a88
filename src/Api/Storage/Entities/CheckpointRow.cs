namespace FeedbackService.Api.Storage.Entities;

/// <summary>A published checkpoint of a training; a model name of its own.</summary>
public sealed class CheckpointRow
{
    /// <summary><c>ftckpt_…</c>.</summary>
    public string Id { get; set; } = "";

    /// <summary>The job.</summary>
    public string JobId { get; set; } = "";

    /// <summary>Optimiser steps done.</summary>
    public int Step { get; set; }

    /// <summary>Folder relative to the data folder.</summary>
    public string Directory { get; set; } = "";

    /// <summary>Hash of its manifest, lower-case hex; equal hashes are equal models.</summary>
    public string ManifestSha256 { get; set; } = "";

    /// <summary>Validation figures at this step.</summary>
    public string MetricsJson { get; set; } = "{}";

    /// <summary>UTC microseconds.</summary>
    public long CreatedAt { get; set; }
}
