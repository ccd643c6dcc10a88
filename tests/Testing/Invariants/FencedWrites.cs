namespace FeedbackService.Testing.Invariants;

/// <summary>I4: nobody writes to a job that has ended, and what its row says was made is what was made.</summary>
internal static class FencedWrites
{
    private const string Invariant = "I4";
    private static readonly string[] LastWords = ["Job succeeded", "Job failed", "Job cancelled", "Batch completed"];

    public static IEnumerable<Violation> Check(DatabaseImage image)
    {
        var events = image.Events.ToLookup(line => line.JobId, StringComparer.Ordinal);
        var metrics = image.Metrics.ToLookup(point => point.JobId, StringComparer.Ordinal);
        var checkpoints = image.Checkpoints.ToLookup(checkpoint => checkpoint.JobId, StringComparer.Ordinal);
        var versions = image.Versions.Where(version => version.JobId is not null).ToLookup(version => version.JobId!, StringComparer.Ordinal);
        foreach (var job in image.Jobs.Where(job => job.IsTerminal))
        {
            var lines = events[job.Id].ToList();
            var ends = lines.Count(IsLast);
            if (ends != 1)
            {
                yield return new Violation(Invariant, job.Id, $"its log says {ends} times that it has ended");
            }
            else if (!IsLast(lines[^1]))
            {
                yield return new Violation(Invariant, job.Id, $"its log goes on after its end: {lines[^1].Message}");
            }
            if (job.FinishedAt is null || job.LeaseOwner is not null)
            {
                yield return new Violation(Invariant, job.Id, "has ended and has no time of its end, or still has a holder");
            }
            if (metrics[job.Id].Any(point => point.CreatedAt > job.FinishedAt))
            {
                yield return new Violation(Invariant, job.Id, "its series goes on after its end");
            }
            if (checkpoints[job.Id].Any(checkpoint => checkpoint.CreatedAt > job.FinishedAt))
            {
                yield return new Violation(Invariant, job.Id, "has a checkpoint from after its end");
            }
            if (versions[job.Id].FirstOrDefault() is var version && version?.Address != job.ResultModel)
            {
                yield return new Violation(Invariant, job.Id, $"names {job.ResultModel ?? "no version"} and made {version?.Address ?? "none"}");
            }
        }
        foreach (var twice in image.Checkpoints.GroupBy(checkpoint => checkpoint.Address, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            yield return new Violation(Invariant, twice.Key, "is there several times");
        }
    }

    private static bool IsLast(DatabaseImage.Event line) =>
        line.Type == "status" && LastWords.Any(words => line.Message.StartsWith(words, StringComparison.Ordinal));
}
