namespace FeedbackService.Api.Storage.Entities;

/// <summary>One line of an alias's append-only history.</summary>
public sealed class AliasMoveRow : ICreatedByKey
{
    /// <summary>Order of moves.</summary>
    public long Sequence { get; set; }

    /// <summary>The model.</summary>
    public string ModelName { get; set; } = "";

    /// <summary>The alias.</summary>
    public string Alias { get; set; } = "";

    /// <summary>Version before; null when the alias was made.</summary>
    public int? FromVersion { get; set; }

    /// <summary>Version after; null when it was removed.</summary>
    public int? ToVersion { get; set; }

    /// <summary>Move that a rollback took back; null for every other move.</summary>
    public long? Undoes { get; set; }

    /// <summary>Why, in the words of the caller.</summary>
    public string? Reason { get; set; }

    /// <summary>When it was made, UTC microseconds since 1970.</summary>
    public long CreatedAt { get; set; }

    /// <summary>API key that made it; null on an open service.</summary>
    public string? CreatedByKeyId { get; set; }
}
