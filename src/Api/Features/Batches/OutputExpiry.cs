namespace FeedbackService.Api.Features.Batches;

/// <summary>How long files made by a batch are kept.</summary>
public sealed record OutputExpiry
{
    /// <summary>From when it is counted: <c>created_at</c>, the making of the file.</summary>
    public required string Anchor { get; init; }

    /// <summary>Seconds, 3600 (one hour) to 2592000 (thirty days).</summary>
    public required long Seconds { get; init; }
}
