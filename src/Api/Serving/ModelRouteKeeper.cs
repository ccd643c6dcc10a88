namespace FeedbackService.Api.Serving;

/// <summary>Looks after what addresses mean: at every change, and from time to time for what failed or is asked for no longer.</summary>
internal sealed class ModelRouteKeeper(ModelRoutes routes, ModelExchange exchange) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        exchange.Dispose();
        await base.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await routes.WaitForChangeAsync(Every, stoppingToken);
            routes.LookAfter();
        }
    }
}
