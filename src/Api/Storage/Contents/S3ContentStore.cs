using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using FeedbackService.Model.Checkpoints;

namespace FeedbackService.Api.Storage.Contents;

/// <summary>
/// Content as objects of an S3-compatible store. There is no rename there: a folder is the objects below its key, and it is there once
/// its manifest is, or for folders without one a list of its files, which is uploaded last and deleted first. What is read is fetched
/// into a cache and held to the hashes the objects carry.
/// </summary>
internal sealed partial class S3ContentStore(
    S3Objects objects, S3Check check, ContentCache cache, TimeProvider clock, ILogger<S3ContentStore> logger) : IContentStore
{
    /// <summary>Name of the list of files of a folder without a manifest.</summary>
    internal const string FileList = ".files";

    private const int FetchesAtOnce = 4;
    private const int MostWaits = 8;
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100);

    private bool _conditional;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _conditional = await check.StartAsync(cancellationToken);
        LogStarted(logger, check.Address, _conditional ? "refuses" : "does not refuse");
    }

    /// <inheritdoc/>
    public Task<string?> FindFaultAsync(CancellationToken cancellationToken) => check.FindFaultAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task PutFolderAsync(string key, string directory, CancellationToken cancellationToken)
    {
        cache.Drop(key);
        var list = new StringBuilder();
        var names = Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(directory, path).Replace(Path.DirectorySeparatorChar, '/')).Order(StringComparer.Ordinal).ToList();
        foreach (var name in names.Where(name => name != ArtifactFiles.Manifest))
        {
            list.Append(await PutAsync($"{key}/{name}", Path.Combine(directory, name), cancellationToken)).Append(' ').Append(name).Append('\n');
        }

        if (names.Contains(ArtifactFiles.Manifest))
        {
            await PutAsync($"{key}/{ArtifactFiles.Manifest}", Path.Combine(directory, ArtifactFiles.Manifest), cancellationToken);
        }
        else
        {
            using var bytes = new MemoryStream(Encoding.UTF8.GetBytes(list.ToString()));
            await PutAsync($"{key}/{FileList}", bytes, cancellationToken);
        }

        DurableFolder.Remove(directory);
    }

    /// <inheritdoc/>
    public async Task PutFileAsync(string key, string path, CancellationToken cancellationToken)
    {
        cache.Drop(key);
        await PutAsync(key, path, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<string> GetFolderAsync(string key, CancellationToken cancellationToken) => cache.GetAsync(key, (path, token) => FetchFolderAsync(key, path, token), cancellationToken);

    /// <inheritdoc/>
    public Task<string> GetFileAsync(string key, CancellationToken cancellationToken) => cache.GetAsync(
        key,
        async (path, token) =>
        {
            if (await objects.GetAsync(key, path, token) is null)
            {
                throw new FileNotFoundException($"'{key}' is gone from {check.Address}.");
            }
        },
        cancellationToken);

    /// <inheritdoc/>
    public async Task<bool> ExistsAsync(string key, CancellationToken cancellationToken) =>
        await objects.FindAsync(key, cancellationToken) is not null || IsWhole(key, await NamesAsync(key, cancellationToken));

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredContent> ListAsync(string prefix, int depth, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var found = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var segments = prefix.Split('/').Length + depth;
        await foreach (var (key, bytes) in objects.ListAsync(prefix + "/", cancellationToken))
        {
            var thing = ContentKeys.Shorten(key, segments);
            found[thing] = found.GetValueOrDefault(thing) + bytes;
        }

        foreach (var (key, bytes) in found)
        {
            yield return new StoredContent(key, bytes);
        }
    }

    /// <inheritdoc/>
    public async Task RemoveAsync(string key, CancellationToken cancellationToken)
    {
        cache.Drop(key);
        var names = await NamesAsync(key, cancellationToken);
        var marks = new[] { $"{key}/{ArtifactFiles.Manifest}", $"{key}/{FileList}" };
        await objects.DeleteAsync(names.Intersect(marks, StringComparer.Ordinal), cancellationToken);
        await objects.DeleteAsync(names.Except(marks, StringComparer.Ordinal).Append(key), cancellationToken);
    }

    /// <inheritdoc/>
    public Task CleanAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public string? PathToGrow(string key) => null;

    private async Task FetchFolderAsync(string key, string directory, CancellationToken cancellationToken)
    {
        var names = await NamesAsync(key, cancellationToken);
        if (!IsWhole(key, names))
        {
            throw new DirectoryNotFoundException($"'{key}' is gone from {check.Address}, or was never whole.");
        }

        Directory.CreateDirectory(directory);
        var hashes = new System.Collections.Concurrent.ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        var limit = new ParallelOptions { MaxDegreeOfParallelism = FetchesAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(names, limit, async (name, token) =>
        {
            var relative = name[(key.Length + 1)..];
            hashes[relative] = await objects.GetAsync(name, Place(directory, relative), token)
                ?? throw new DirectoryNotFoundException($"'{name}' is gone from {check.Address}.");
        });
        if (hashes.ContainsKey(FileList))
        {
            await HoldToListAsync(key, Path.Combine(directory, FileList), hashes, cancellationToken);
        }
    }

    private static async Task HoldToListAsync(string key, string list, IReadOnlyDictionary<string, string> hashes, CancellationToken cancellationToken)
    {
        foreach (var line in await File.ReadAllLinesAsync(list, cancellationToken))
        {
            var (sha256, name) = (line.Split(' ', 2)[0], line.Split(' ', 2)[^1]);
            if (hashes.GetValueOrDefault(name) != sha256)
            {
                throw new DamagedContentException($"'{key}/{name}' is missing or not the file that was put there.");
            }
        }

        File.Delete(list);
    }

    private static string Place(string directory, string name)
    {
        var path = Path.GetFullPath(Path.Combine(directory, name));
        if (!path.StartsWith(directory + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new DamagedContentException($"An object is named '{name}', which is no file of a folder.");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    private async Task<string> PutAsync(string key, string path, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 128 * 1024, FileOptions.Asynchronous | FileOptions.SequentialScan);
        return await PutAsync(key, file, cancellationToken);
    }

    // Where the store refuses to overwrite, nobody can put anything over what is there but after having looked at it. Where it does
    // not, looking first leaves a gap that harms nobody: two writers of one key mean the same bytes.
    private async Task<string> PutAsync(string key, Stream content, CancellationToken cancellationToken)
    {
        var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
        if (_conditional && await PutNewAsync(key, content, sha256, cancellationToken))
        {
            return sha256;
        }

        if (await objects.FindAsync(key, cancellationToken) != new S3Object(content.Length, sha256))
        {
            content.Position = 0;
            await objects.PutAsync(key, content, sha256, onlyNew: false, cancellationToken);
        }

        return sha256;
    }

    private async Task<bool> PutNewAsync(string key, Stream content, string sha256, CancellationToken cancellationToken)
    {
        for (var wait = 0; wait < MostWaits; wait++)
        {
            content.Position = 0;
            var result = await objects.PutAsync(key, content, sha256, onlyNew: true, cancellationToken);
            if (result != S3PutResult.Busy)
            {
                return result == S3PutResult.Stored;
            }

            await Task.Delay(FirstWait * (1 << wait), clock, cancellationToken);
        }

        throw new ContentStoreException($"'{key}' is being uploaded by others all the time.");
    }

    private async Task<List<string>> NamesAsync(string key, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        await foreach (var found in objects.ListAsync(key + "/", cancellationToken))
        {
            names.Add(found.Key);
        }

        return names;
    }

    private static bool IsWhole(string key, List<string> names) => names.Contains($"{key}/{ArtifactFiles.Manifest}") || names.Contains($"{key}/{FileList}");

    [LoggerMessage(Level = LogLevel.Information, Message = "Artifacts and files lie in {Address}, which {Refuses} to overwrite what is there when asked to (If-None-Match)")]
    private static partial void LogStarted(ILogger logger, string address, string refuses);
}
