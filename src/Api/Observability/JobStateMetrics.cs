using FeedbackService.Api.Jobs;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Prometheus;

namespace FeedbackService.Api.Observability;

/// <summary>How many jobs there are in each state. Asked of the database at a scrape, because other processes change the rows too.</summary>
internal sealed class JobStateMetrics
{
    private readonly IDbContextFactory<AppDbContext> _contexts;
    private readonly TimeProvider _clock;
    private readonly Gauge _jobs;
    private readonly Gauge _oldest;

    /// <summary>Makes the series.</summary>
    public JobStateMetrics(CollectorRegistry registry, IDbContextFactory<AppDbContext> contexts, TimeProvider clock)
    {
        (_contexts, _clock) = (contexts, clock);
        var factory = Metrics.WithCustomRegistry(registry);
        _jobs = factory.CreateGauge("feedbackservice_jobs", "Jobs in the database.", "kind", "state");
        _oldest = factory.CreateGauge("feedbackservice_jobs_oldest_queued_seconds", "Age of the oldest waiting job; 0 when none waits.", "kind");
        registry.AddBeforeCollectCallback(RefreshAsync);
    }

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellationToken);
        // By queue and not by kind, which says the same: so the index the workers claim by answers without touching a row.
        var counts = await db.Jobs.GroupBy(job => new { job.State, job.Queue })
            .Select(group => new { group.Key.State, group.Key.Queue, Count = group.Count(), Oldest = group.Min(job => job.CreatedAt) })
            .ToListAsync(cancellationToken);
        var now = _clock.NowMicroseconds();
        foreach (var kind in Enum.GetValues<JobKind>())
        {
            foreach (var state in Enum.GetValues<JobState>())
            {
                var found = counts.Find(count => count.State == state && count.Queue == JobQueues.For(kind));
                _jobs.WithLabels(MetricLabel.Of(kind), MetricLabel.Of(state)).Set(found?.Count ?? 0);
                if (state == JobState.Queued)
                {
                    _oldest.WithLabels(MetricLabel.Of(kind)).Set(found is null ? 0 : Math.Max(0, now - found.Oldest) / 1e6);
                }
            }
        }
    }
}
