using FeedbackService.Testing.Load;

namespace FeedbackService.Testing.Invariants;

/// <summary>I1: what was accepted is there, comes to an end, and is there once however often it was asked for.</summary>
internal static class AcceptedJobs
{
    private const string Invariant = "I1";

    public static IEnumerable<Violation> Check(DatabaseImage image, IReadOnlyList<HistoryEntry> history)
    {
        var known = image.Jobs.Select(job => job.Id).Concat(image.Files.Select(file => file.Id)).ToHashSet(StringComparer.Ordinal);
        foreach (var asked in history.GroupBy(entry => entry.Key, StringComparer.Ordinal))
        {
            var made = asked.Where(entry => entry.IsAccepted).Select(entry => entry.ResourceId!).Distinct(StringComparer.Ordinal).ToList();
            if (made.Count > 1)
            {
                yield return new Violation(Invariant, asked.Key, $"its answers name several resources: {string.Join(", ", made)}");
            }
            foreach (var id in made.Where(id => !known.Contains(id)))
            {
                yield return new Violation(Invariant, id, $"was accepted under {asked.Key} and is not in the database");
            }
            var kept = image.Keys.Where(key => key.Value == asked.Key).ToList();
            if (made.Count > 0 && kept.Count == 0)
            {
                yield return new Violation(Invariant, asked.Key, "was answered and is not remembered");
            }
            foreach (var key in kept.Where(key => made.Count > 0 && !made.Contains(key.ResourceId)))
            {
                yield return new Violation(Invariant, asked.Key, $"was answered with {made[0]} and is remembered with {key.ResourceId}");
            }
        }
        foreach (var job in image.Jobs.Where(job => !job.IsTerminal))
        {
            yield return new Violation(Invariant, job.Id, $"is {job.State} and has not ended");
        }
        foreach (var twice in image.Keys.GroupBy(key => key.ResourceId, StringComparer.Ordinal).Where(keys => keys.Count() > 1))
        {
            yield return new Violation(Invariant, twice.Key, $"was made under several keys: {string.Join(", ", twice.Select(key => key.Value))}");
        }
        // A client that always sends a key leaves no job without one; such a job was made twice.
        var claimed = image.Keys.Select(key => key.ResourceId).ToHashSet(StringComparer.Ordinal);
        foreach (var job in image.Jobs.Where(job => history.Count > 0 && !claimed.Contains(job.Id)))
        {
            yield return new Violation(Invariant, job.Id, "was made under no key of the history");
        }
    }
}
