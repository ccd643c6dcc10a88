using FeedbackService.Model.Checkpoints;

namespace FeedbackService.Testing.Invariants;

/// <summary>I2 and I3: a training has one version and it is whole, byte for byte; so are checkpoints and files.</summary>
internal static class PublishedResults
{
    private const string One = "I2";
    private const string Whole = "I3";

    public static IEnumerable<Violation> CheckCounts(DatabaseImage image)
    {
        var versions = image.Versions.Where(version => version.JobId is not null).ToLookup(version => version.JobId!, StringComparer.Ordinal);
        foreach (var several in versions.Where(group => group.Count() > 1))
        {
            yield return new Violation(One, several.Key, $"has several versions: {string.Join(", ", several.Select(version => version.Address))}");
        }
        foreach (var job in image.Jobs)
        {
            var has = versions[job.Id].Any();
            if (job is { Kind: "Train", State: "Succeeded" } && !has)
            {
                yield return new Violation(One, job.Id, "has succeeded without a version");
            }
            if (job.State != "Succeeded" && has)
            {
                yield return new Violation(One, job.Id, $"is {job.State} and has a version");
            }
        }
        foreach (var twice in image.Versions.GroupBy(version => version.Address, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            yield return new Violation(One, twice.Key, "is there several times");
        }
    }

    public static async Task<IReadOnlyList<Violation>> CheckBytesAsync(
        DatabaseImage image, IStoredFiles stored, IReadOnlyList<StoredEntry> entries, CancellationToken cancellationToken)
    {
        var found = new List<Violation>();
        var named = image.Versions.Select(version => (version.Address, version.Directory, version.ManifestSha256))
            .Concat(image.Checkpoints.Select(checkpoint => (checkpoint.Address, checkpoint.Directory, checkpoint.ManifestSha256)));
        foreach (var (address, directory, manifest) in named)
        {
            try
            {
                ArtifactReader.Open(await stored.FetchAsync(directory, cancellationToken), ArtifactVerification.Hashes, manifest);
            }
            catch (Exception fault) when (fault is IOException or InvalidArtifactException)
            {
                found.Add(new Violation(Whole, address, $"{directory}: {fault.Message}"));
            }
        }
        var sizes = entries.ToLookup(entry => Path.GetFileName(entry.Path), entry => entry.Bytes, StringComparer.Ordinal);
        found.AddRange(image.Files.Where(file => !sizes[file.Sha256].Contains(file.Bytes))
            .Select(file => new Violation(Whole, file.Id, $"its content {file.Sha256} is missing or has not {file.Bytes} bytes")));
        return found;
    }
}
