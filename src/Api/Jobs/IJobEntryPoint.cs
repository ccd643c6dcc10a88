using Hangfire;

namespace FeedbackService.Api.Jobs;

/// <summary>
/// What Hangfire calls. Type, method and parameters are stored with every ring: they must stay as they are, or rings already
/// queued are stranded.
/// </summary>
public interface IJobEntryPoint
{
    /// <summary>Works on the best waiting job of a queue, if there is one.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="cancellationToken">Cancelled when the server stops.</param>
    [JobDisplayName("Best waiting job of the queue {0}")]
    [AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
    Task RingAsync(string queue, CancellationToken cancellationToken);
}
