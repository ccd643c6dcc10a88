namespace FeedbackService.Api.Storage.Entities;

/// <summary>When a key last had its turn in a queue: among equal priorities, who has waited longest for a turn is next.</summary>
public sealed class QueueTurnRow
{
    /// <summary>The queue.</summary>
    public string Queue { get; set; } = "";

    /// <summary>The key whose job was claimed; empty for jobs without one.</summary>
    public string KeyId { get; set; } = "";

    /// <summary>When that was, UTC microseconds.</summary>
    public long Turn { get; set; }
}
