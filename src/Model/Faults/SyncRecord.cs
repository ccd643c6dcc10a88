using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace FeedbackService.Model.Faults;

/// <summary>
/// What processes have brought to disk, so that tests can take away what a power cut could. Calls are compiled into Debug builds only.
/// With <c>FAULT_SYNCED=DIR</c> every process adds lines to a file of its own in the existing folder.
/// </summary>
/// <remarks>
/// A line of a file is <c>F inode bytes ticks</c>: so much of it was on disk then. Of a folder it is <c>D inode ticks</c> and, after each
/// further tab, <c>inode/name</c>: it had these entries on disk. Inodes, because names change.
/// </remarks>
public static class SyncRecord
{
    private static readonly Lock Gate = new();

    private static readonly string? Path = Environment.GetEnvironmentVariable("FAULT_SYNCED") is { Length: > 0 } folder
        ? System.IO.Path.Combine(folder, Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
        : null;

    /// <summary>Says that a file is on disk as it is now.</summary>
    [Conditional("FAULT_POINTS")]
    public static void AddFile(string path)
    {
        if (Path is not null && FileIdentity.Of(path) is { } file)
        {
            Write(string.Create(CultureInfo.InvariantCulture, $"F\t{file.Inode}\t{file.Bytes}\t{TimeProvider.System.GetUtcNow().UtcTicks}"));
        }
    }

    /// <summary>Says that a folder's entries are on disk as they are now.</summary>
    [Conditional("FAULT_POINTS")]
    public static void AddFolder(string directory)
    {
        if (Path is null || FileIdentity.Of(directory) is not { } folder)
        {
            return;
        }
        var line = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"D\t{folder.Inode}\t{TimeProvider.System.GetUtcNow().UtcTicks}"));
        foreach (var entry in Directory.EnumerateFileSystemEntries(directory))
        {
            if (FileIdentity.Of(entry) is { } identity)
            {
                line.Append(CultureInfo.InvariantCulture, $"\t{identity.Inode}/{System.IO.Path.GetFileName(entry)}");
            }
        }
        Write(line.ToString());
    }

    private static void Write(string line)
    {
        lock (Gate)
        {
            File.AppendAllText(Path!, line + "\n");
        }
    }
}
