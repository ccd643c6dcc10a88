using System.Runtime.CompilerServices;
using FeedbackService.Api.Hosting;

namespace FeedbackService.Api.Storage.Contents;

/// <summary>
/// Content as folders and files below a root, which several processes may share. Everything is made visible by one rename or link of
/// something whole that is on disk; removing is a rename into <c>trash</c>.
/// </summary>
internal sealed class FolderContentStore : IContentStore
{
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    private readonly FolderPlaces _places;
    private readonly FolderWriter _writer;

    /// <summary>Takes the root; nothing is made yet.</summary>
    /// <param name="root">Absolute path: the data folder, or another that all processes share.</param>
    public FolderContentStore(string root)
    {
        _places = new FolderPlaces(root);
        _writer = new FolderWriter(_places);
    }

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            DataFolder.MakePrivate(_places.Root);
            await TryWritingAsync(cancellationToken);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartException(
                $"The folder '{_places.Root}' for artifacts and files cannot be written to: {fault.Message} Give this user write access, make room, or choose another with --artifacts.", fault);
        }
    }

    /// <inheritdoc/>
    public async Task<string?> FindFaultAsync(CancellationToken cancellationToken)
    {
        try
        {
            await TryWritingAsync(cancellationToken);
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return "The folder of artifacts and files cannot be written to. Mount it, make room, or give the service write access.";
        }
    }

    /// <inheritdoc/>
    public Task PutFolderAsync(string key, string directory, CancellationToken cancellationToken) =>
        Task.Run(() => _writer.PutFolder(key, directory, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task PutFileAsync(string key, string path, CancellationToken cancellationToken) => Task.Run(() => _writer.PutFile(key, path, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<string> GetFolderAsync(string key, CancellationToken cancellationToken)
    {
        var path = _places.Resolve(key);
        return Directory.Exists(path)
            ? Task.FromResult(path)
            : Task.FromException<string>(new DirectoryNotFoundException($"'{key}' is gone from the folder of artifacts and files."));
    }

    /// <inheritdoc/>
    public Task<string> GetFileAsync(string key, CancellationToken cancellationToken)
    {
        var path = _places.Resolve(key);
        return File.Exists(path)
            ? Task.FromResult(path)
            : Task.FromException<string>(new FileNotFoundException($"'{key}' is gone from the folder of artifacts and files."));
    }

    /// <inheritdoc/>
    public Task<bool> ExistsAsync(string key, CancellationToken cancellationToken) => Task.FromResult(Path.Exists(_places.Resolve(key)));

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredContent> ListAsync(string prefix, int depth, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var path in Walk(_places.Resolve(prefix), depth))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new StoredContent(Path.GetRelativePath(_places.Root, path).Replace(Path.DirectorySeparatorChar, '/'), DurableFolder.SizeOfAny(path));
        }
    }

    /// <inheritdoc/>
    public Task RemoveAsync(string key, CancellationToken cancellationToken)
    {
        _places.Discard(_places.Resolve(key));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task CleanAsync(CancellationToken cancellationToken)
    {
        foreach (var entry in Entries(_places.Trash).Concat(Entries(_places.Incoming).Where(IsAbandoned)))
        {
            DurableFolder.TryRemoveAny(entry);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public string PathToGrow(string key) => _places.MakeParent(key);

    private async Task TryWritingAsync(CancellationToken cancellationToken)
    {
        var path = _places.NewIncoming();
        await File.WriteAllBytesAsync(path, [1], cancellationToken);
        File.Delete(path);
    }

    private static IEnumerable<string> Walk(string directory, int depth)
    {
        foreach (var entry in Entries(directory))
        {
            var inside = depth > 1 && Directory.Exists(entry) ? Walk(entry, depth - 1).ToList() : [];
            foreach (var found in inside.Count > 0 ? inside : [entry])
            {
                yield return found;
            }
        }
    }

    private static string[] Entries(string directory)
    {
        try
        {
            return Directory.GetFileSystemEntries(directory);
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    private static bool IsAbandoned(string path) => File.GetLastWriteTimeUtc(path) < TimeProvider.System.GetUtcNow().UtcDateTime - Abandoned;
}
