namespace FeedbackService.Testing;

/// <summary>Waiting for conditions of other processes, which tell nobody when they come true.</summary>
public static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Returns when the condition holds.</summary>
    /// <param name="condition">Asked again and again.</param>
    /// <param name="deadline">How long it may take.</param>
    /// <param name="situation">What to say when it takes longer, besides what was waited for.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="TimeoutException">It did not come true; the message has the situation.</exception>
    public static async Task HoldsAsync(
        Func<CancellationToken, Task<bool>> condition, TimeSpan deadline, Func<string> situation, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ArgumentNullException.ThrowIfNull(situation);
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition(cancellationToken))
        {
            if (TimeProvider.System.GetElapsedTime(started) > deadline)
            {
                throw new TimeoutException($"Not within {deadline}:{Environment.NewLine}{situation()}");
            }
            await Task.Delay(Pause, cancellationToken);
        }
    }
}
