namespace FeedbackService.Api.Hosting;

/// <summary>Waiting for the host to be up.</summary>
internal static class StartedSignal
{
    /// <summary>Ends when the host listens.</summary>
    /// <exception cref="OperationCanceledException">It was stopped before.</exception>
    public static async Task StartedAsync(this IHostApplicationLifetime lifetime, CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = lifetime.ApplicationStarted.Register(() => started.TrySetResult());
        await started.Task.WaitAsync(cancellationToken);
    }
}
