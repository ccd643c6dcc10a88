using Prometheus;

namespace FeedbackService.Api.Jobs.Servers;

/// <summary>What becomes of the servers of queues.</summary>
internal sealed class QueueMetrics
{
    private readonly Counter _restarts;

    /// <summary>Makes the series.</summary>
    public QueueMetrics(CollectorRegistry registry)
    {
        _restarts = Metrics.WithCustomRegistry(registry).CreateCounter(
            "feedbackservice_queue_restarts_total", "Servers of queues started anew because no ring came.", "queue");
        foreach (var queue in JobQueues.All)
        {
            _restarts.WithLabels(queue).Publish();
        }
    }

    /// <summary>One was started anew.</summary>
    public void CountRestart(string queue) => _restarts.WithLabels(queue).Inc();
}
