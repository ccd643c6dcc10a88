using Prometheus;

namespace FeedbackService.Api.Serving;

/// <summary>How addresses got another meaning while they were asked for.</summary>
internal sealed class ModelRouteMetrics
{
    private readonly Gauge _kept;
    private readonly Counter _exchanges;
    private readonly Histogram _seconds;

    /// <summary>Makes the series.</summary>
    public ModelRouteMetrics(CollectorRegistry registry)
    {
        var factory = Metrics.WithCustomRegistry(registry);
        _kept = factory.CreateGauge("feedbackservice_model_routes", "Model addresses answered without asking the database.");
        _exchanges = factory.CreateCounter(
            "feedbackservice_model_exchanges_total", "Addresses in use whose model was exchanged for another, was removed, or stayed because the other could not be loaded.", "outcome");
        foreach (var outcome in new[] { "exchanged", "removed", "failed" })
        {
            _exchanges.WithLabels(outcome).Publish();
        }
        _seconds = factory.CreateHistogram(
            "feedbackservice_model_exchange_seconds", "Time from the news of a change until the new model answers.", new HistogramConfiguration { Buckets = [.005, .01, .05, .1, .5, 1, 2, 5, 30] });
    }

    /// <summary>So many addresses are kept.</summary>
    public void Kept(int routes) => _kept.Set(routes);

    /// <summary>Another model answers an address.</summary>
    public void Exchanged(TimeSpan elapsed)
    {
        _exchanges.WithLabels("exchanged").Inc();
        _seconds.Observe(elapsed.TotalSeconds);
    }

    /// <summary>An address means nothing any more.</summary>
    public void Removed() => _exchanges.WithLabels("removed").Inc();

    /// <summary>Another model could not be loaded.</summary>
    public void Failed() => _exchanges.WithLabels("failed").Inc();
}
