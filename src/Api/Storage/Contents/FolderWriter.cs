using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Faults;

namespace FeedbackService.Api.Storage.Contents;

/// <summary>Puts whole things on disk and then gives them their names, one rename or link each. Blocks while the disk writes.</summary>
internal sealed class FolderWriter(FolderPlaces places)
{
    private const int OtherFileSystem = 18; // EXDEV

    /// <summary>As <see cref="IContentStore.PutFolderAsync"/>.</summary>
    public void PutFolder(string key, string directory, CancellationToken cancellationToken) => Write(
        () =>
        {
            var target = places.MakeParent(key);
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

                places.Discard(target);
            }
        });

    /// <summary>As <see cref="IContentStore.PutFileAsync"/>.</summary>
    public void PutFile(string key, string path, CancellationToken cancellationToken) => Write(
        () =>
        {
            var target = places.MakeParent(key);
            DurableFiles.Flush(path);
            cancellationToken.ThrowIfCancellationRequested();
            if (!DurableFolder.TryLink(path, target) && !SameContent.OfFiles(path, target))
            {
                // On another file system, or in the place of something damaged.
                var copy = places.NewIncoming();
                File.Copy(path, copy);
                DurableFiles.Flush(copy);
                File.Move(copy, target, overwrite: true);
            }

            DurableFiles.FlushFolder(Path.GetDirectoryName(target)!);
        });

    private static void Write(Action write)
    {
        try
        {
            write();
        }
        catch (Exception fault) when (FolderFaults.IsAway(fault))
        {
            throw new ContentStoreException($"The folder of artifacts and files refuses: {fault.Message}", fault);
        }
    }

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
            var copy = places.NewIncoming();
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
}
