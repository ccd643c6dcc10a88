using System.Runtime.CompilerServices;
using FeedbackService.Api.Hosting;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Faults;

namespace FeedbackService.Api.Storage.Contents;

/// <summary>
/// Content as folders and files below a root, which several processes may share. Everything is made visible by one rename or link of
/// something whole that is on disk; removing is a rename into <c>trash</c>.
/// </summary>
/// <param name="root">Absolute path: the data folder, or another that all processes share.</param>
internal sealed class FolderContentStore(string root) : IContentStore
{
    private const int OtherFileSystem = 18; // EXDEV
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    private readonly string _root = Path.GetFullPath(root);

    private string Incoming => Path.Combine(_root, "incoming");

    private string Trash => Path.Combine(_root, "trash");

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            DataFolder.MakePrivate(_root);
            await TryWritingAsync(cancellationToken);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartException(
                $"The folder '{_root}' for artifacts and files cannot be written to: {fault.Message} Give this user write access, make room, or choose another with --artifacts.", fault);
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
    public Task PutFolderAsync(string key, string directory, CancellationToken cancellationToken) => WriteAsync(
        () =>
        {
            var target = MakeParent(key);
            DurableFolder.Flush(directory);
            FaultPoint.Reach(FaultPoints.FolderFlushed);
            cancellationToken.ThrowIfCancellationRequested();
            while (!TryMove(directory, target))
            {
                if (SameContent.OfFolders(directory, target))
                {
                    // Put there before, perhaps by an attempt that died before its row was written, or before its name was on disk.
                    DurableFiles.FlushFolder(Path.GetDirectoryName(target)!);
                    DurableFolder.Remove(directory);
                    return;
                }

                Discard(target);
            }
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task PutFileAsync(string key, string path, CancellationToken cancellationToken) => WriteAsync(
        () =>
        {
            var target = MakeParent(key);
            DurableFiles.Flush(path);
            cancellationToken.ThrowIfCancellationRequested();
            if (!DurableFolder.TryLink(path, target) && !SameContent.OfFiles(path, target))
            {
                // On another file system, or in the place of something damaged.
                var copy = NewPath(Incoming);
                File.Copy(path, copy);
                DurableFiles.Flush(copy);
                File.Move(copy, target, overwrite: true);
            }

            DurableFiles.FlushFolder(Path.GetDirectoryName(target)!);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<string> GetFolderAsync(string key, CancellationToken cancellationToken)
    {
        var path = Resolve(key);
        return Directory.Exists(path)
            ? Task.FromResult(path)
            : Task.FromException<string>(new DirectoryNotFoundException($"'{key}' is gone from the folder of artifacts and files."));
    }

    /// <inheritdoc/>
    public Task<string> GetFileAsync(string key, CancellationToken cancellationToken)
    {
        var path = Resolve(key);
        return File.Exists(path)
            ? Task.FromResult(path)
            : Task.FromException<string>(new FileNotFoundException($"'{key}' is gone from the folder of artifacts and files."));
    }

    /// <inheritdoc/>
    public Task<bool> ExistsAsync(string key, CancellationToken cancellationToken) => Task.FromResult(Path.Exists(Resolve(key)));

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredContent> ListAsync(string prefix, int depth, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var path in Walk(Resolve(prefix), depth))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new StoredContent(Path.GetRelativePath(_root, path).Replace(Path.DirectorySeparatorChar, '/'), DurableFolder.SizeOfAny(path));
        }
    }

    /// <inheritdoc/>
    public Task RemoveAsync(string key, CancellationToken cancellationToken)
    {
        Discard(Resolve(key));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task CleanAsync(CancellationToken cancellationToken)
    {
        foreach (var entry in Entries(Trash).Concat(Entries(Incoming).Where(IsAbandoned)))
        {
            DurableFolder.TryRemoveAny(entry);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public string PathToGrow(string key) => MakeParent(key);

    private static Task WriteAsync(Action write, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            try
            {
                write();
            }
            catch (Exception fault) when (FolderFaults.IsAway(fault))
            {
                throw new ContentStoreException($"The folder of artifacts and files refuses: {fault.Message}", fault);
            }
        },
        cancellationToken);

    // Whole under another name first where a rename cannot reach.
    private bool TryMove(string source, string target)
    {
        if (Path.Exists(target))
        {
            return false;
        }

        try
        {
            DurableFolder.Move(source, target);
            return true;
        }
        catch (IOException taken) when (Path.Exists(target) && taken.HResult != OtherFileSystem)
        {
            return false;
        }
        catch (IOException fault) when (fault.HResult == OtherFileSystem)
        {
            var copy = NewPath(Incoming);
            DurableFolder.Copy(source, copy);
            DurableFolder.Flush(copy);
            if (!TryMove(copy, target))
            {
                DurableFolder.Remove(copy);
                return false;
            }

            DurableFolder.Remove(source);
            return true;
        }
    }

    private void Discard(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                Directory.Move(path, NewPath(Trash));
            }
            else if (File.Exists(path))
            {
                File.Move(path, NewPath(Trash));
            }
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            // Another process was faster.
        }
    }

    private async Task TryWritingAsync(CancellationToken cancellationToken)
    {
        var path = NewPath(Incoming);
        await File.WriteAllBytesAsync(path, [1], cancellationToken);
        File.Delete(path);
    }

    private string MakeParent(string key)
    {
        var path = Resolve(key);
        var parent = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(parent))
        {
            DataFolder.MakePrivate(parent);
            DurableFiles.FlushFolder(Path.GetDirectoryName(parent)!);
        }

        return path;
    }

    private string Resolve(string key)
    {
        var path = Path.GetFullPath(Path.Combine(_root, key));
        return path.StartsWith(_root + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path
            : throw new ArgumentException($"'{key}' leaves the folder of artifacts and files.", nameof(key));
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

    private static string NewPath(string folder)
    {
        DataFolder.MakePrivate(folder);
        return Path.Combine(folder, Guid.CreateVersion7().ToString("N"));
    }
}
