using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Events;

/// <summary>
/// All jobs that are followed live in this process. One loop asks the database for all of them together: at once when this process
/// has appended an event, and in any case every <see cref="EventFeedOptions.LookEvery"/> for what other processes append.
/// </summary>
internal sealed partial class JobEventFeeds : BackgroundService
{
    private readonly IDbContextFactory<AppDbContext> _contexts;
    private readonly JobEventLog _log;
    private readonly JobEventSignal _signal;
    private readonly IOptions<EventFeedOptions> _options;
    private readonly ILogger<JobEventFeeds> _logger;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, JobEventFeed> _feeds = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _wake = new(0);

    /// <summary>Listens from now on.</summary>
    public JobEventFeeds(
        IDbContextFactory<AppDbContext> contexts, JobEventLog log, JobEventSignal signal, IOptions<EventFeedOptions> options, ILogger<JobEventFeeds> logger)
    {
        (_contexts, _log, _signal, _options, _logger) = (contexts, log, signal, options, logger);
        _signal.Appended += Wake;
    }

    /// <summary>Follows a job. Dispose the subscription when done.</summary>
    public JobEventSubscription Follow(string jobId)
    {
        JobEventFeed? feed;
        lock (_gate)
        {
            if (!_feeds.TryGetValue(jobId, out feed))
            {
                feed = new JobEventFeed(jobId).Open();
                _feeds.Add(jobId, feed);
            }

            feed.Followers++;
        }

        WakeLoop();
        return new JobEventSubscription(feed, () => Leave(feed));
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _signal.Appended -= Wake;
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await _wake.WaitAsync(Snapshot().Count == 0 ? Timeout.InfiniteTimeSpan : _options.Value.LookEvery, stoppingToken);
            try
            {
                await LookAsync(Snapshot(), stoppingToken);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                LogFault(_logger, fault);
            }
        }
    }

    private async Task LookAsync(List<JobEventFeed> feeds, CancellationToken cancellationToken)
    {
        if (feeds.Count == 0)
        {
            return;
        }

        // Before the rows are asked for: what is signalled from here on is looked at again.
        var signalled = feeds.Where(feed => feed.TakeSignal()).ToHashSet();
        var ids = feeds.ConvertAll(feed => feed.JobId);
        await using var db = await _contexts.CreateDbContextAsync(cancellationToken);
        var jobs = await db.Jobs.AsNoTracking().Where(job => ids.Contains(job.Id))
            .Select(job => new { job.Id, job.State, job.UpdatedAt }).ToDictionaryAsync(job => job.Id, cancellationToken);
        foreach (var feed in feeds)
        {
            if (!jobs.TryGetValue(feed.JobId, out var job))
            {
                feed.Close();
            }
            else if (signalled.Contains(feed) || feed.SeenUpdate != job.UpdatedAt)
            {
                // Every event is appended with a change of its job's row. The state was asked first, so the last event of an ended job is read here.
                await feed.ReadAsync(_log, job.State is JobState.Succeeded or JobState.Failed or JobState.Cancelled, cancellationToken);
                feed.SeenUpdate = job.UpdatedAt;
            }
        }
    }

    private List<JobEventFeed> Snapshot()
    {
        lock (_gate)
        {
            return [.. _feeds.Values.Where(feed => !feed.View.Ended)];
        }
    }

    private void Wake(string jobId)
    {
        lock (_gate)
        {
            if (!_feeds.TryGetValue(jobId, out var feed))
            {
                return;
            }

            feed.Signal();
        }

        WakeLoop();
    }

    private void WakeLoop()
    {
        // More than one is no harm: the loop looks once more and finds nothing.
        if (_wake.CurrentCount == 0)
        {
            _wake.Release();
        }
    }

    private void Leave(JobEventFeed feed)
    {
        lock (_gate)
        {
            if (--feed.Followers == 0)
            {
                _feeds.Remove(feed.JobId);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Followed jobs could not be looked at; trying again")]
    private static partial void LogFault(ILogger logger, Exception fault);
}
