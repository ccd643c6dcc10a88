using FeedbackService.Testing.Invariants;

namespace FeedbackService.Testing;

/// <summary>A bucket of s3rver, as it lies on disk.</summary>
/// <param name="folder">The bucket's folder.</param>
/// <param name="copies">Where what is fetched goes, under its objects' own names.</param>
internal sealed class StoredBucket(string folder, string copies) : IStoredFiles
{
    /// <summary>What s3rver ends the name of an object's file with.</summary>
    public const string Suffix = "._S3rver_object";

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredEntry>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<StoredEntry>>(
        [.. Objects(folder).Select(path => new StoredEntry(KeyOf(path), new FileInfo(path).Length, File.GetLastWriteTimeUtc(path)))]);

    /// <inheritdoc/>
    public Task<string> FetchAsync(string directory, CancellationToken cancellationToken)
    {
        var from = Path.Combine(folder, directory);
        if (!Directory.Exists(from))
        {
            return Task.FromException<string>(new DirectoryNotFoundException($"There are no objects below {directory}."));
        }
        var to = Directory.CreateDirectory(Path.Combine(copies, Guid.NewGuid().ToString("N"))).FullName;
        foreach (var path in Objects(from))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, path)[..^Suffix.Length]);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(path, copy);
        }
        return Task.FromResult(to);
    }

    /// <inheritdoc/>
    public string FetchFile(string key) => Path.Combine(folder, key + Suffix) is var path && File.Exists(path) ? path : throw new FileNotFoundException($"There is no object {key}.");

    private static IEnumerable<string> Objects(string below) => Directory.EnumerateFiles(below, "*" + Suffix, SearchOption.AllDirectories);

    private string KeyOf(string path) => Path.GetRelativePath(folder, path)[..^Suffix.Length].Replace(Path.DirectorySeparatorChar, '/');
}
