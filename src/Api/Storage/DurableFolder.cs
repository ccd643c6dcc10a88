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
            if (OperatingSystem.IsWindows() || Link(file, copy) != 0)
            {
                File.Copy(file, copy);
            }
        }
    }

    /// <summary>Size of all files in a folder.</summary>
    public static long SizeOf(string directory) =>
        new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

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
