using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Storage.Contents;

/// <summary>
/// What was fetched from a store elsewhere, in the data folder, by key. When a thing was last used is the time its entry was last
/// written, so that processes that share the folder know it of each other.
/// </summary>
internal sealed class ContentCache(DataFolder folder, TimeProvider clock, IOptions<StorageOptions> options)
{
    /// <summary>Nothing used within it goes: whoever was given a path may not have opened it yet.</summary>
    internal static readonly TimeSpan InUse = TimeSpan.FromHours(1);

    private const char Slash = '+'; // in names of entries; no key has one
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _fetches = new(StringComparer.Ordinal);

    /// <summary>The path of a thing, fetched if it is not here. Who asks for one that is being fetched waits for that.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="fetch">Makes a file or folder at the path it is given.</param>
    /// <param name="cancellationToken">Ends the wait; a fetch goes on for the others who wait.</param>
    public Task<string> GetAsync(string key, Func<string, CancellationToken, Task> fetch, CancellationToken cancellationToken) =>
        TryUse(PathOf(key))
            ? Task.FromResult(PathOf(key))
            : _fetches.GetOrAdd(key, _ => new Lazy<Task<string>>(() => FetchAsync(key, fetch))).Value.WaitAsync(cancellationToken);

    /// <summary>Forgets a thing. Who has it open keeps it.</summary>
    public void Drop(string key)
    {
        var gone = Path.Combine(folder.Trash, Guid.CreateVersion7().ToString("N"));
        try
        {
            Directory.Move(PathOf(key), gone);
            DurableFolder.TryRemoveAny(gone);
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            // It was not here, or another process was faster.
        }
    }

    /// <summary>Keys of what has not been used lately, least recently used first.</summary>
    public IReadOnlyList<StoredContent> Idle()
    {
        var before = (clock.GetUtcNow() - InUse).UtcDateTime;
        return [.. Entries().Where(entry => entry.LastWriteTimeUtc < before).OrderBy(entry => entry.LastWriteTimeUtc)
            .Select(entry => new StoredContent(entry.Name.Replace(Slash, '/'), DurableFolder.SizeOfAny(entry.FullName)))];
    }

    private IEnumerable<FileSystemInfo> Entries() => new DirectoryInfo(folder.Cache).EnumerateFileSystemInfos();

    private async Task<string> FetchAsync(string key, Func<string, CancellationToken, Task> fetch)
    {
        var unfinished = Path.Combine(folder.Temporary, Guid.CreateVersion7().ToString("N"));
        try
        {
            // Another process may have fetched it since it was looked for.
            if (TryUse(PathOf(key)))
            {
                return PathOf(key);
            }

            await fetch(unfinished, CancellationToken.None);
            Keep(unfinished, PathOf(key));
            Trim();
            return PathOf(key);
        }
        finally
        {
            _fetches.TryRemove(key, out _);
            DurableFolder.TryRemoveAny(unfinished);
        }
    }

    private void Keep(string unfinished, string path)
    {
        try
        {
            Directory.Move(unfinished, path);
        }
        catch (IOException) when (Path.Exists(path))
        {
            // Another process that shares the folder has fetched it meanwhile.
        }

        TryUse(path);
    }

    private void Trim()
    {
        var excess = Entries().Sum(entry => DurableFolder.SizeOfAny(entry.FullName)) - options.Value.CacheBytes;
        foreach (var (key, bytes) in excess > 0 ? Idle() : [])
        {
            if (excess > 0)
            {
                Drop(key);
                excess -= bytes;
            }
        }
    }

    private bool TryUse(string path)
    {
        try
        {
            File.SetLastWriteTimeUtc(path, clock.GetUtcNow().UtcDateTime);
            return true;
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    private string PathOf(string key) => Path.Combine(folder.Cache, key.Replace('/', Slash));
}
