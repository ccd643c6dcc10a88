namespace FeedbackService.Api.Jobs;

/// <summary>Wakes the dispatcher of this process at once. Losing a ring costs only the time until its next look.</summary>
internal sealed class JobBell : IDisposable
{
    private readonly SemaphoreSlim _rung = new(0, 1);

    /// <summary>Something was queued.</summary>
    public void Ring()
    {
        try
        {
            _rung.Release();
        }
        catch (SemaphoreFullException)
        {
            // Already rung and not yet heard: once is enough.
        }
    }

    /// <summary>Returns when rung or after <paramref name="timeout"/>.</summary>
    public Task WaitAsync(TimeSpan timeout, CancellationToken cancellationToken) => _rung.WaitAsync(timeout, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _rung.Dispose();
}
