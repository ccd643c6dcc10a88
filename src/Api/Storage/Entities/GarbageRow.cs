namespace FeedbackService.Api.Storage.Entities;

/// <summary>Something on disk that no row named when it was last looked for. It is removed when that has been so for long enough.</summary>
public sealed class GarbageRow
{
    /// <summary>Relative to the data folder.</summary>
    public string Path { get; set; } = "";

    /// <summary>When it was first found unnamed, or last taken up again by a publication; UTC microseconds.</summary>
    public long Since { get; set; }
}
