using System.Collections.Concurrent;

namespace FeedbackService.Api.Jobs;

/// <summary>What this process does for its queues: whether it answers a ring, when the last one came, and whether it takes jobs at all.</summary>
internal sealed class QueueActivity(TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, Queue> _queues = new(StringComparer.Ordinal);
    private volatile bool _draining;

    /// <summary>Takes no further job.</summary>
    public bool IsDraining => _draining;

    /// <summary>Finishes what it has and takes nothing more.</summary>
    public void Drain() => _draining = true;

    /// <summary>A ring has come.</summary>
    /// <param name="queue">The queue.</param>
    /// <returns>Dispose when it is answered.</returns>
    public IDisposable Answer(string queue)
    {
        var rung = Of(queue);
        Interlocked.Exchange(ref rung.LastRing, clock.GetTimestamp());
        Interlocked.Increment(ref rung.Answering);
        return new Answered(rung, clock);
    }

    /// <summary>How long nothing was heard of the queue; null while a ring is being answered.</summary>
    public TimeSpan? SilentFor(string queue)
    {
        var rung = Of(queue);
        return Volatile.Read(ref rung.Answering) > 0 ? null : clock.GetElapsedTime(Interlocked.Read(ref rung.LastRing));
    }

    // One that was never rung is silent since it was first asked for.
    private Queue Of(string queue) => _queues.GetOrAdd(queue, _ => new Queue { LastRing = clock.GetTimestamp() });

    private sealed class Queue
    {
        public long LastRing;
        public int Answering;
    }

    private sealed class Answered(Queue queue, TimeProvider clock) : IDisposable
    {
        public void Dispose()
        {
            Interlocked.Exchange(ref queue.LastRing, clock.GetTimestamp());
            Interlocked.Decrement(ref queue.Answering);
        }
    }
}
