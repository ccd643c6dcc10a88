using FeedbackService.Api.Observability;
using FeedbackService.Api.Storage.Entities;
using Prometheus;

namespace FeedbackService.Api.Jobs;

/// <summary>What the work of this process on jobs is counted and timed by.</summary>
internal sealed class JobRunMetrics
{
    private static readonly double[] RunSeconds = [.1, .5, 1, 5, 15, 60, 300, 900, 3600, 14400];
    private static readonly double[] WaitSeconds = [.01, .05, .1, .5, 1, 5, 30, 300, 3600];

    private readonly Histogram _duration;
    private readonly Histogram _wait;
    private readonly Counter _renewals;
    private readonly Gauge _running;

    /// <summary>Makes the series.</summary>
    public JobRunMetrics(CollectorRegistry registry)
    {
        var factory = Metrics.WithCustomRegistry(registry);
        _duration = factory.CreateHistogram(
            "feedbackservice_job_run_seconds", "Time a worker had a job, by how that ended.", ["kind", "outcome"], new HistogramConfiguration { Buckets = RunSeconds });
        _wait = factory.CreateHistogram(
            "feedbackservice_job_queue_wait_seconds", "Time from a job's creation to its first start.", ["kind"], new HistogramConfiguration { Buckets = WaitSeconds });
        _running = factory.CreateGauge("feedbackservice_jobs_running_here", "Jobs this process works on now.", "kind");
        _renewals = factory.CreateCounter("feedbackservice_lease_renewals_total", "Renewals of leases on jobs; lost means that the job is another's now.", "result");
        foreach (var kind in Enum.GetValues<JobKind>().Select(MetricLabel.Of))
        {
            _wait.WithLabels(kind).Publish();
            _running.WithLabels(kind).Publish();
            foreach (var outcome in Enum.GetValues<JobRunOutcome>().Select(MetricLabel.Of))
            {
                _duration.WithLabels(kind, outcome).Publish();
            }
        }

        foreach (var result in new[] { "held", "lost", "failed" })
        {
            _renewals.WithLabels(result).Publish();
        }
    }

    /// <summary>A worker has begun.</summary>
    /// <returns>Dispose when it has ended.</returns>
    public IDisposable Begin(JobLease lease)
    {
        var kind = MetricLabel.Of(lease.Job.Kind);
        if (lease is { Epoch: 1, Job: { StartedAt: { } started, CreatedAt: var created } })
        {
            _wait.WithLabels(kind).Observe(Math.Max(0, started - created) / 1e6);
        }

        return _running.WithLabels(kind).TrackInProgress();
    }

    /// <summary>A worker has ended.</summary>
    public void End(JobLease lease, JobRunOutcome outcome, TimeSpan elapsed) =>
        _duration.WithLabels(MetricLabel.Of(lease.Job.Kind), MetricLabel.Of(outcome)).Observe(elapsed.TotalSeconds);

    /// <summary>Renews and counts how that went.</summary>
    public Func<JobLease, LeaseSignal> Counting(Func<JobLease, LeaseSignal> renew) => lease =>
    {
        var result = "failed";
        try
        {
            var signal = renew(lease);
            result = signal == LeaseSignal.Lost ? "lost" : "held";
            return signal;
        }
        finally
        {
            _renewals.WithLabels(result).Inc();
        }
    };
}
