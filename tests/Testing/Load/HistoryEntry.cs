namespace FeedbackService.Testing.Load;

/// <summary>One attempt of a request, and what came of it.</summary>
/// <param name="Key">Its Idempotency-Key; all attempts of one request have the same, no two requests do.</param>
/// <param name="Route">Method and path.</param>
/// <param name="SentAt">When, by the client's clock.</param>
/// <param name="Status">Of the answer; null when there was none: the service may have done it or not.</param>
/// <param name="ResourceId">What the answer says was made; null if nothing.</param>
/// <param name="Failure">Why there was no answer, or what was refused.</param>
public sealed record HistoryEntry(string Key, string Route, DateTimeOffset SentAt, int? Status, string? ResourceId, string? Failure)
{
    /// <summary>The service has said that it took it.</summary>
    public bool IsAccepted => Status is >= 200 and < 300 && ResourceId is not null;
}
