using Prometheus;

namespace FeedbackService.Api.Events;

/// <summary>Who follows jobs live.</summary>
internal sealed class EventFeedMetrics(CollectorRegistry registry)
{
    private readonly Gauge _streams = Metrics.WithCustomRegistry(registry).CreateGauge("feedbackservice_event_streams", "Open live streams of job events.");

    /// <summary>A stream was opened.</summary>
    /// <returns>Dispose when it is closed.</returns>
    public IDisposable Open() => _streams.TrackInProgress();

    /// <summary>Open streams now.</summary>
    public int OpenStreams => (int)_streams.Value;
}
