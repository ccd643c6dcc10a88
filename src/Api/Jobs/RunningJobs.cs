using System.Collections.Concurrent;

namespace FeedbackService.Api.Jobs;

/// <summary>Jobs running in this process, so that a request here is seen at once instead of at the next renewal.</summary>
internal sealed class RunningJobs
{
    private readonly ConcurrentDictionary<string, LeaseKeeper> _keepers = new(StringComparer.Ordinal);

    /// <summary>Adds a job that has begun.</summary>
    public void Add(string jobId, LeaseKeeper keeper) => _keepers[jobId] = keeper;

    /// <summary>Removes a job that has ended, unless a later claim has taken its place.</summary>
    public void Remove(string jobId, LeaseKeeper keeper) => _keepers.TryRemove(KeyValuePair.Create(jobId, keeper));

    /// <summary>Makes the holder look at the row now, if it is here.</summary>
    public void Nudge(string jobId)
    {
        if (_keepers.TryGetValue(jobId, out var keeper))
        {
            keeper.Nudge();
        }
    }
}
