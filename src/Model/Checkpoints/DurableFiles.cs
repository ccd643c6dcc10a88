using System.Runtime.InteropServices;
using FeedbackService.Model.Faults;

namespace FeedbackService.Model.Checkpoints;

/// <summary>Files that are still there after a power cut.</summary>
public static class DurableFiles
{
    private const int ReadOnly = 0;

    /// <summary>Makes a file, lets <paramref name="write"/> fill it, and returns when its bytes are on disk.</summary>
    /// <param name="path">Must not exist yet.</param>
    /// <param name="write">Writes from start to end.</param>
    /// <returns>Size and SHA-256 (lower-case hex) of what was written, computed on the way.</returns>
    /// <exception cref="IOException">The file exists, or the disk refuses; then write anew elsewhere, a second flush may lie.</exception>
    public static (long Size, string Sha256) Create(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        using var hashing = new HashingStream(file);
        write(hashing);
        file.Flush(flushToDisk: true);
        SyncRecord.AddFile(path);
        return (hashing.Position, hashing.Sha256());
    }

    /// <summary>Brings a file that somebody else has written to disk.</summary>
    /// <exception cref="IOException">It is missing, or the disk refuses; then write anew elsewhere, a second flush may lie.</exception>
    public static void Flush(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Flush(flushToDisk: true);
        SyncRecord.AddFile(path);
    }

    /// <summary>Flushes the entries of a folder, so that new files and renames in it are not forgotten.</summary>
    /// <exception cref="IOException">The folder is missing, or the disk refuses.</exception>
    public static void FlushFolder(string directory)
    {
        // .NET has no call for this; on Windows the entries need none.
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

        SyncRecord.AddFolder(directory);
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Synchronize(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int descriptor);
}
