namespace FeedbackService.Api.Events;

/// <summary>A share in a followed job.</summary>
internal sealed class JobEventSubscription(JobEventFeed feed, Action leave) : IDisposable
{
    private Action? _leave = leave;

    /// <summary>What is known of the job's log now.</summary>
    public JobEventView View => feed.View;

    /// <inheritdoc/>
    public void Dispose() => Interlocked.Exchange(ref _leave, null)?.Invoke();
}
