namespace FeedbackService.Api.Features.Files;

/// <summary>An upload that has arrived but belongs to no file yet; disposing of it throws the bytes away.</summary>
/// <param name="path">Where the bytes are.</param>
internal sealed class StagedUpload(string path) : IDisposable
{
    /// <summary>Where the bytes are.</summary>
    public string Path => path;

    /// <summary>Name as given, made harmless; for display only.</summary>
    public string FileName { get; set; } = "";

    /// <summary>Number of bytes.</summary>
    public long Bytes { get; set; }

    /// <summary>Hash of the bytes, lower-case hex; null as long as no file part has come.</summary>
    public string? Sha256 { get; set; }

    /// <summary>The other parts of the form.</summary>
    public Dictionary<string, string> Fields { get; } = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public void Dispose() => File.Delete(path);
}
