namespace FeedbackService.Testing.Invariants;

/// <summary>I5: remembers every end that was ever seen and says when one has changed.</summary>
internal sealed class TerminalStates
{
    private const string Invariant = "I5";

    private readonly Dictionary<string, DatabaseImage.Job> _seen = new(StringComparer.Ordinal);

    public IEnumerable<Violation> Check(DatabaseImage image)
    {
        var jobs = image.Jobs.ToDictionary(job => job.Id, StringComparer.Ordinal);
        foreach (var (id, before) in _seen)
        {
            if (!jobs.TryGetValue(id, out var now))
            {
                yield return new Violation(Invariant, id, $"was {before.State} and is gone");
            }
            else if ((now.State, now.FinishedAt, now.ResultModel) != (before.State, before.FinishedAt, before.ResultModel))
            {
                yield return new Violation(Invariant, id, $"was {before.State} since {before.FinishedAt} with {before.ResultModel ?? "no model"} and is {now.State} since {now.FinishedAt} with {now.ResultModel ?? "no model"}");
            }
        }
    }

    public void Remember(DatabaseImage image)
    {
        foreach (var job in image.Jobs.Where(job => job.IsTerminal))
        {
            _seen.TryAdd(job.Id, job);
        }
    }
}
