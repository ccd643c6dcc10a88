namespace FeedbackService.Api.Storage;

/// <summary>
/// Makes this process the only one on the data folder. The operating system gives the lock back when the process ends,
/// however it ends; whoever holds it may therefore take over everything a previous process left running.
/// </summary>
internal sealed class DataFolderLock : IDisposable
{
    private readonly FileStream _file;

    /// <summary>Takes the lock or says who has it.</summary>
    /// <exception cref="DataFolderException">Another process holds it, or the folder cannot be written to.</exception>
    public DataFolderLock(DataFolder folder)
    {
        var path = Path.Combine(folder.Root, "service.lock");
        try
        {
            // FileShare.None is an exclusive flock on Unix: advisory, which is enough among processes of this program.
            _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new DataFolderException(
                $"The data folder '{folder.Root}' cannot be written to. Give this user write access to it, or choose another with --data-dir.", denied);
        }
        catch (IOException taken)
        {
            throw new DataFolderException(
                $"The data folder '{folder.Root}' is in use by another running service. Stop that one, or choose another folder with --data-dir.", taken);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
