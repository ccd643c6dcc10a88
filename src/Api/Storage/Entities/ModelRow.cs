namespace FeedbackService.Api.Storage.Entities;

/// <summary>A registered model: a name under which versions are collected.</summary>
public sealed class ModelRow : ICreatedByKey
{
    /// <summary>Unique, see the name rules of the HTTP contract.</summary>
    public string Name { get; set; } = "";

    /// <summary>Free text of the user.</summary>
    public string? Description { get; set; }

    /// <summary>String pairs.</summary>
    public string TagsJson { get; set; } = "{}";

    /// <summary>Highest version number ever given, so that the number of a deleted version never comes back.</summary>
    public int LastVersion { get; set; }

    /// <summary>Last change, UTC microseconds.</summary>
    public long UpdatedAt { get; set; }

    /// <summary>When it was made, UTC microseconds since 1970.</summary>
    public long CreatedAt { get; set; }

    /// <summary>API key that made it; null on an open service.</summary>
    public string? CreatedByKeyId { get; set; }
}
