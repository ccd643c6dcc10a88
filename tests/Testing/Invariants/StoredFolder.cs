namespace FeedbackService.Testing.Invariants;

/// <summary>A data folder, or a folder of artifacts.</summary>
/// <param name="root">The folder.</param>
public sealed class StoredFolder(string root) : IStoredFiles
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredEntry>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<StoredEntry>>(
        Directory.Exists(root) ? [.. List(new DirectoryInfo(root))] : []);

    /// <inheritdoc/>
    public Task<string> FetchAsync(string directory, CancellationToken cancellationToken)
    {
        var path = Path.Combine(root, directory);
        return Directory.Exists(path) ? Task.FromResult(path) : Task.FromException<string>(new DirectoryNotFoundException($"There is no folder {directory}."));
    }

    /// <inheritdoc/>
    public string FetchFile(string key) => Path.Combine(root, key) is var path && File.Exists(path) ? path : throw new FileNotFoundException($"There is no file {key}.");

    private IEnumerable<StoredEntry> List(DirectoryInfo folder)
    {
        FileSystemInfo[] entries;
        try
        {
            entries = folder.GetFileSystemInfos();
        }
        catch (DirectoryNotFoundException)
        {
            // Deleted since it was listed.
            yield break;
        }
        if (entries.Length == 0)
        {
            yield return Entry(folder, 0);
        }
        foreach (var entry in entries)
        {
            if (entry is FileInfo file)
            {
                if (file.Exists)
                {
                    yield return Entry(file, file.Length);
                }
                continue;
            }
            foreach (var below in List((DirectoryInfo)entry))
            {
                yield return below;
            }
        }
    }

    private StoredEntry Entry(FileSystemInfo entry, long bytes) =>
        new(Path.GetRelativePath(root, entry.FullName).Replace(Path.DirectorySeparatorChar, '/'), bytes, entry.LastWriteTimeUtc);
}
