namespace FeedbackService.Testing.Invariants;

/// <summary>I6: nothing lies about that no row names.</summary>
internal static class Leftovers
{
    private const string Invariant = "I6";

    /// <param name="image">What the rows name.</param>
    /// <param name="entries">Of all data folders and the store.</param>
    /// <param name="before">Only what was last changed before then counts.</param>
    public static IEnumerable<Violation> Check(DatabaseImage image, IEnumerable<StoredEntry> entries, DateTimeOffset before)
    {
        var named = new Named(image);
        return entries.Where(entry => entry.ChangedAt <= before)
            .Select(entry => (entry.Path, Reason: named.WhyNot(entry.Path)))
            .Where(pair => pair.Reason is not null)
            .Select(pair => new Violation(Invariant, pair.Path, pair.Reason!));
    }

    private sealed class Named(DatabaseImage image)
    {
        private readonly Dictionary<string, DatabaseImage.Job> _jobs = image.Jobs.ToDictionary(job => job.Id, StringComparer.Ordinal);
        private readonly HashSet<string> _places =
            [.. image.Versions.Select(version => version.Directory), .. image.Checkpoints.Select(checkpoint => checkpoint.Directory)];
        private readonly HashSet<string> _bases = [.. image.Versions.Select(version => version.BaseManifestSha256).OfType<string>()];
        private readonly HashSet<string> _contents = [.. image.Files.Select(file => file.Sha256)];
        private readonly HashSet<string> _files = [.. image.Files.Select(file => file.Id)];

        public string? WhyNot(string path)
        {
            var parts = path.Split('/');
            if (parts.Length == 1)
            {
                return null;
            }
            if (parts.Any(part => part.Contains(".partial", StringComparison.Ordinal)))
            {
                return "is unfinished";
            }
            return parts[0] switch
            {
                "staging" => Running(parts[1]) ? null : "belongs to an attempt of a job that does not run",
                "tmp" or "trash" or "incoming" => "nobody writes to it",
                "batches" => Unended(parts[1]) ? null : "belongs to a batch that has ended",
                "blobs" => _places.Contains($"{parts[0]}/{parts[1]}") || _bases.Contains(parts[1]) ? null : "no version names it",
                "checkpoints" => parts.Length < 3 || _places.Contains(string.Join('/', parts[..3])) || Unended(parts[1]) ? null : "no row names it",
                "files" when parts[1] == "findings" => parts.Length < 3 || _files.Contains(parts[2]) ? null : "there is no such file",
                "files" => parts.Length < 3 || _contents.Contains(parts[^1]) ? null : "no file has this content",
                "evaluations" => _jobs.ContainsKey(parts[1].Split('.')[0]) ? null : "there is no such evaluation",
                _ => null,
            };
        }

        private bool Running(string job) => _jobs.TryGetValue(job, out var row) && row.State == "Running";

        private bool Unended(string job) => _jobs.TryGetValue(job, out var row) && !row.IsTerminal;
    }
}
