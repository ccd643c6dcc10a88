using Prometheus;

namespace FeedbackService.Api.Storage;

/// <summary>How changes of other processes become known.</summary>
internal sealed class ChangeMetrics
{
    private readonly Counter _seen;
    private readonly TimeProvider _clock;
    private long _lookedAt;

    /// <summary>Makes the series.</summary>
    public ChangeMetrics(CollectorRegistry registry, TimeProvider clock)
    {
        _clock = clock;
        var factory = Metrics.WithCustomRegistry(registry);
        _seen = factory.CreateCounter("feedbackservice_changes_seen_total", "Changes of topics found in a shared database, told by a notification or found by a look.", "by");
        _seen.WithLabels("notification").Publish();
        _seen.WithLabels("look").Publish();
        var age = factory.CreateGauge("feedbackservice_changes_age_seconds", "Time since a shared database was last looked at for changes; 0 where there is none.");
        registry.AddBeforeCollectCallback(() => age.Set(Volatile.Read(ref _lookedAt) is not 0 and var at ? _clock.GetElapsedTime(at).TotalSeconds : 0));
    }

    /// <summary>The database has been looked at.</summary>
    public void Looked() => Volatile.Write(ref _lookedAt, _clock.GetTimestamp());

    /// <summary>A topic was found changed.</summary>
    public void Seen(bool notified) => _seen.WithLabels(notified ? "notification" : "look").Inc();
}
