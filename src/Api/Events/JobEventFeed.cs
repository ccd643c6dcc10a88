using FeedbackService.Api.Storage.Entities;

namespace FeedbackService.Api.Events;

/// <summary>One followed job. Its log is read once per change, however many follow it.</summary>
internal sealed class JobEventFeed(string jobId)
{
    // What a slow reader may lag behind before it is sent to the database.
    private const int Kept = 1000;
    private const int Page = 500;

    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private JobEventView _view = new(long.MaxValue, [], false, Task.CompletedTask);
    private int _signalled = 1;

    /// <summary>The job.</summary>
    public string JobId { get; } = jobId;

    /// <summary>Who follows. Belongs to the feeds and their lock.</summary>
    public int Followers { get; set; }

    /// <summary>The job row's time of last change when it was last looked at.</summary>
    public long? SeenUpdate { get; set; }

    /// <summary>What is known now.</summary>
    public JobEventView View => Volatile.Read(ref _view);

    /// <summary>Prepares the first view; called once, before anybody has the feed.</summary>
    public JobEventFeed Open()
    {
        _view = _view with { Changed = _changed.Task };
        return this;
    }

    /// <summary>There is news.</summary>
    public void Signal() => Volatile.Write(ref _signalled, 1);

    /// <summary>Whether there was news since the last call.</summary>
    public bool TakeSignal() => Interlocked.Exchange(ref _signalled, 0) == 1;

    /// <summary>Reads what is new and shows it.</summary>
    /// <param name="log">The log.</param>
    /// <param name="ended">Whether the job had ended before this call: then all its events are committed.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public async Task ReadAsync(JobEventLog log, bool ended, CancellationToken cancellationToken)
    {
        var view = View;
        if (view.Floor == long.MaxValue)
        {
            // The first look: what is older is each follower's own business, for each has read another part of it.
            Show(await log.NewestSequenceAsync(JobId, cancellationToken), [], ended);
            return;
        }

        List<JobEventRow> rows = [.. view.Rows];
        List<JobEventRow> page;
        do
        {
            page = await log.ReadForwardAsync(JobId, rows.Count > 0 ? rows[^1].Sequence : view.Floor, Page, cancellationToken);
            rows.AddRange(page);
        }
        while (page.Count == Page);

        if (rows.Count > view.Rows.Count || ended)
        {
            var dropped = Math.Max(0, rows.Count - Kept);
            Show(dropped > 0 ? rows[dropped - 1].Sequence : view.Floor, rows[dropped..], ended);
        }
    }

    /// <summary>The job is no more.</summary>
    public void Close() => Show(View.Floor, View.Rows, ended: true);

    private void Show(long floor, IReadOnlyList<JobEventRow> rows, bool ended)
    {
        var before = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _view, new JobEventView(floor, rows, ended, _changed.Task));
        before.TrySetResult();
    }
}
