using System.Runtime.InteropServices;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Faults;

namespace FeedbackService.Api.Storage;

/// <summary>Folder operations that survive a power cut: flushing, renaming, and sharing the content of immutable files.</summary>
internal static class DurableFolder
{
    /// <summary>Flushes every file of a folder and the folder's own entries to disk.</summary>
    /// <exception cref="IOException">The disk refuses. The files must then be written anew: a second flush may lie.</exception>
    public static void Flush(string directory)
    {
        foreach (var file in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories))
        {
            DurableFiles.Flush(file);
        }

        DurableFiles.FlushFolder(directory);
    }

    /// <summary>Renames a folder so that the rename itself is not forgotten.</summary>
    /// <exception cref="IOException">The target exists, or the two are not on one file system.</exception>
    public static void Move(string source, string target)
    {
        Directory.Move(source, target);
        FaultPoint.Reach(FaultPoints.FolderRenamed);
        DurableFiles.FlushFolder(Path.GetDirectoryName(target)!);
    }

    /// <summary>
    /// Makes a folder with the same files as another, without copying where the file system has hard links. Both must never be
    /// changed in place; either may be deleted.
    /// </summary>
    /// <param name="source">Folder with the files.</param>
    /// <param name="target">Made if missing.</param>
    /// <param name="names">Files to share; null for all.</param>
    /// <exception cref="IOException">A file is gone or cannot be linked or copied.</exception>
    public static void Share(string source, string target, IEnumerable<string>? names = null)
    {
        Directory.CreateDirectory(target);
        foreach (var file in names?.Select(name => Path.Combine(source, name)) ?? Directory.EnumerateFiles(source))
        {
            var copy = Path.Combine(target, Path.GetFileName(file));
            if (!TryLink(file, copy))
            {
                File.Copy(file, copy);
            }
        }
    }

    /// <summary>Gives a file a second name, on file systems that have hard links.</summary>
    /// <returns>False when the name is taken, the two are not on one file system, or it has no links.</returns>
    public static bool TryLink(string existing, string added) => !OperatingSystem.IsWindows() && Link(existing, added) == 0;

    /// <summary>Copies a folder with all that is in it.</summary>
    /// <param name="source">Folder with the files.</param>
    /// <param name="target">Must not exist yet.</param>
    /// <exception cref="IOException">A file is gone, or the disk refuses.</exception>
    public static void Copy(string source, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    /// <summary>Size of all files in a folder.</summary>
    public static long SizeOf(string directory) =>
        new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

    /// <summary>Size of a file or of all files in a folder; 0 when it is gone.</summary>
    public static long SizeOfAny(string path)
    {
        try
        {
            return Directory.Exists(path) ? SizeOf(path) : new FileInfo(path) is { Exists: true, Length: var bytes } ? bytes : 0;
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return 0;
        }
    }

    /// <summary>When a file, a folder or a file in it was last written to.</summary>
    public static DateTime LastWriteOf(string path)
    {
        var own = File.GetLastWriteTimeUtc(path);
        return Directory.Exists(path)
            ? new DirectoryInfo(path).EnumerateFileSystemInfos("*", SearchOption.AllDirectories).Aggregate(own, (last, entry) => entry.LastWriteTimeUtc > last ? entry.LastWriteTimeUtc : last)
            : own;
    }

    /// <summary>Deletes a file or folder if it is there and can be deleted.</summary>
    /// <returns>False when it is still there.</returns>
    public static bool TryRemoveAny(string path)
    {
        try
        {
            Remove(path);
            File.Delete(path);
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return !Path.Exists(path);
        }
    }

    /// <summary>Deletes a folder if it is there.</summary>
    public static void Remove(string directory)
    {
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    private static extern int Link(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string existing, [MarshalAs(UnmanagedType.LPUTF8Str)] string added);
}
