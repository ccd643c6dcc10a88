using FeedbackService.Api.Observability;
using Prometheus;

namespace FeedbackService.Api.Jobs.Workers;

/// <summary>How many workers there are. Asked of the database at a scrape, because each is another process.</summary>
internal sealed class WorkerMetrics
{
    private readonly WorkerRegistry _workers;
    private readonly Gauge _count;

    /// <summary>Makes the series.</summary>
    public WorkerMetrics(CollectorRegistry registry, WorkerRegistry workers)
    {
        _workers = workers;
        _count = Metrics.WithCustomRegistry(registry).CreateGauge("feedbackservice_workers", "Workers in the database.", "status");
        registry.AddBeforeCollectCallback(RefreshAsync);
    }

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var workers = await _workers.ListAsync(cancellationToken);
        foreach (var status in Enum.GetValues<WorkerStatus>())
        {
            _count.WithLabels(MetricLabel.Of(status)).Set(workers.Count(worker => worker.Status == status));
        }
    }
}
