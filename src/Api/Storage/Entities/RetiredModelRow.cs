namespace FeedbackService.Api.Storage.Entities;

/// <summary>What stays of a deleted model: its highest version number, so that none comes back should the name be used again.</summary>
public sealed class RetiredModelRow
{
    /// <summary>The name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Highest version number ever given.</summary>
    public int LastVersion { get; set; }

    /// <summary>When it was deleted, UTC microseconds.</summary>
    public long DeletedAt { get; set; }
}
