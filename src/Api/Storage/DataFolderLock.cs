namespace FeedbackService.Api.Storage;

/// <summary>
/// Makes this process the only one on the data folder; with a database of its own, one of those that may share it, beside which no
/// other kind starts. The operating system gives the lock back when the process ends, however it ends; whoever holds it alone may
/// therefore take over everything a previous process left running.
/// </summary>
internal sealed class DataFolderLock : IDisposable
{
    private readonly FileStream _file;

    /// <summary>Takes the lock or says who has it.</summary>
    /// <exception cref="DataFolderException">Another process holds it, or the folder cannot be written to.</exception>
    public DataFolderLock(DataFolder folder, DatabaseSettings database)
    {
        var shared = database.IsShared;
        var path = Path.Combine(folder.Root, "service.lock");
        try
        {
            // On Unix an exclusive and a shared flock: advisory, which is enough among processes of this program.
            _file = shared
                ? new FileStream(path, FileMode.OpenOrCreate, FileAccess.Read, FileShare.Read)
                : new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new DataFolderException(
                $"The data folder '{folder.Root}' cannot be written to. Give this user write access to it, or choose another with --data-dir.", denied);
        }
        catch (IOException taken)
        {
            throw new DataFolderException(
                shared
                    ? $"The data folder '{folder.Root}' is in use by a service without --database. Stop that one, or choose another folder with --data-dir."
                    : $"The data folder '{folder.Root}' is in use by another running service. Stop that one, or choose another folder with --data-dir.",
                taken);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
