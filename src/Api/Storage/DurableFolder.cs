using System.Runtime.InteropServices;

namespace FeedbackService.Api.Storage;

/// <summary>Folder operations that survive a power cut: flushing, renaming, and sharing the content of immutable files.</summary>
internal static class DurableFolder
{
    private const int ReadOnly = 0;

    /// <summary>Flushes every file of a folder and the folder's own entries to disk.</summary>
    /// <exception cref="IOException">The disk refuses. The files must then be written anew: a second flush may lie.</exception>
    public static void Flush(string directory)
    {
        foreach (var file in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
            stream.Flush(flushToDisk: true);
        }
        FlushEntries(directory);
    }

    /// <summary>Renames a folder so that the rename itself is not forgotten.</summary>
    /// <exception cref="IOException">The target exists, or the two are not on one file system.</exception>
    public static void Move(string source, string target)
    {
        Directory.Move(source, target);
        FlushEntries(Path.GetDirectoryName(target)!);
    }

    /// <summary>
    /// Makes a folder with the same files as another, without copying where the file system has hard links. Both must never be
    /// changed in place; either may be deleted.
    /// </summary>
    /// <exception cref="IOException">A file is gone or cannot be linked or copied.</exception>
    public static void Share(string source, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var file in Directory.EnumerateFiles(source))
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

    private static void FlushEntries(string directory)
    {
        // .NET has no call for this; on Windows a rename needs none.
        if (OperatingSystem.IsWindows())
        {
            return;
        }
        var descriptor = Open(directory, ReadOnly);
        if (descriptor < 0)
        {
            throw new IOException($"The folder '{directory}' cannot be opened for flushing (error {Marshal.GetLastPInvokeError()}).");
        }
        var failed = Synchronize(descriptor) != 0;
        var error = Marshal.GetLastPInvokeError();
        _ = Close(descriptor);
        if (failed)
        {
            throw new IOException($"The folder '{directory}' cannot be flushed (error {error}).");
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Synchronize(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int descriptor);

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    private static extern int Link(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string existing, [MarshalAs(UnmanagedType.LPUTF8Str)] string added);
}
