namespace FeedbackService.Api.Storage.Entities;

/// <summary>A mutable pointer from a name to a version.</summary>
public sealed class AliasRow
{
    /// <summary>The model.</summary>
    public string ModelName { get; set; } = "";

    /// <summary>Name of the pointer.</summary>
    public string Alias { get; set; } = "";

    /// <summary>Where it points.</summary>
    public int Version { get; set; }

    /// <summary>Sequence of the newest move, so it never repeats, not even after the alias was removed and made again; the ETag.</summary>
    public long Revision { get; set; }

    /// <summary>UTC microseconds.</summary>
    public long UpdatedAt { get; set; }
}
