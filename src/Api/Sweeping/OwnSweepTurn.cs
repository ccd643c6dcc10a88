namespace FeedbackService.Api.Sweeping;

/// <summary>The turn of a process that shares nothing: always its own.</summary>
internal sealed class OwnSweepTurn : ISweepTurn, IAsyncDisposable
{
    /// <inheritdoc/>
    public Task<IAsyncDisposable?> TryTakeAsync(CancellationToken cancellationToken) => Task.FromResult<IAsyncDisposable?>(this);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
