namespace FeedbackService.Api.Sweeping;

/// <summary>The turn of a process that shares nothing: always its own.</summary>
internal sealed class OwnSweepTurn : ISweepTurn
{
    /// <inheritdoc/>
    public Task<bool> TryTakeAsync(CancellationToken cancellationToken) => Task.FromResult(true);
}
