using FeedbackService.Api.Hosting;

namespace FeedbackService.Api.Serving;

/// <summary>Looks after pinned models as long as the service runs, once it is up: loading them must not delay the start.</summary>
internal sealed class PinnedModelKeeper(PinnedModels pinned, IHostApplicationLifetime lifetime, TimeProvider clock) : BackgroundService
{
    // A look is a few lookups in memory, unless something has changed.
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!pinned.Any)
        {
            return;
        }

        await lifetime.StartedAsync(stoppingToken);
        using var timer = new PeriodicTimer(Every, clock);
        do
        {
            await pinned.LookAfterAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
