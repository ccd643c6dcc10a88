using FeedbackService.Api.Jobs;

namespace FeedbackService.Api.Sweeping;

/// <summary>The turn of processes that share a database: a duty, which the one that has it keeps while it lives.</summary>
internal sealed class SharedSweepTurn(Duties duties) : ISweepTurn
{
    private const string Name = "sweep";

    // Longer than a sweep should take. Should one take longer still, two sweep at once, which costs time but removes nothing twice.
    private static readonly TimeSpan Held = TimeSpan.FromMinutes(15);

    /// <inheritdoc/>
    public Task<bool> TryTakeAsync(CancellationToken cancellationToken) => duties.TryTakeAsync(Name, Held, cancellationToken);
}
