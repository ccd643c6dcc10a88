namespace FeedbackService.Api.Storage.Entities;

/// <summary>An uploaded or produced file.</summary>
public sealed class FileRow : ICreatedByKey
{
    /// <summary><c>file-…</c>.</summary>
    public string Id { get; set; } = "";

    /// <summary>fine-tune, batch, evals, batch_output or fine-tune-results.</summary>
    public string Purpose { get; set; } = "";

    /// <summary>Base name as uploaded; for display only, never used as a path.</summary>
    public string FileName { get; set; } = "";

    /// <summary>Size of the content.</summary>
    public long Bytes { get; set; }

    /// <summary>Hash of the content, lower-case hex; also its place in the file store.</summary>
    public string Sha256 { get; set; } = "";

    /// <summary>processed or error.</summary>
    public string Status { get; set; } = "";

    /// <summary>Why the status is error, in one line.</summary>
    public string? StatusDetails { get; set; }

    /// <summary>Detected kind and column mapping, as the dataset readers take them.</summary>
    public string ReadingJson { get; set; } = "{}";

    /// <summary>Validation report without its issues; the issues are in a file beside the content.</summary>
    public string ReportJson { get; set; } = "{}";

    /// <summary>When it is deleted, UTC microseconds since 1970; null: when a user deletes it.</summary>
    public long? ExpiresAt { get; set; }

    /// <summary>When it was made, UTC microseconds since 1970.</summary>
    public long CreatedAt { get; set; }

    /// <summary>API key that made it; null on an open service.</summary>
    public string? CreatedByKeyId { get; set; }
}
