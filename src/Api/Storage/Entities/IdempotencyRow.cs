namespace FeedbackService.Api.Storage.Entities;

/// <summary>Remembers which resource a repeated POST has already made.</summary>
public sealed class IdempotencyRow
{
    /// <summary>Value of Idempotency-Key.</summary>
    public string Key { get; set; } = "";

    /// <summary>Route template of the request.</summary>
    public string Route { get; set; } = "";

    /// <summary>SHA-256 of the request; a repeat with another body is a conflict.</summary>
    public string RequestHash { get; set; } = "";

    /// <summary>What was made.</summary>
    public string ResourceId { get; set; } = "";

    /// <summary>UTC microseconds.</summary>
    public long CreatedAt { get; set; }
}
