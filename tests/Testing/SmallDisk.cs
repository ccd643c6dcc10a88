using System.Diagnostics;
using System.Globalization;

namespace FeedbackService.Testing;

/// <summary>A file system in memory with little room, mounted in a temporary folder. Linux, and root only.</summary>
public sealed class SmallDisk : IDisposable
{
    private const string Filler = "filler";

    private readonly string _root;

    private SmallDisk(string root) => _root = root;

    /// <summary>Why there cannot be one here; null: there can.</summary>
    public static string? Missing => OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess ? null : "Only root can mount a small disk.";

    /// <summary>Where it is.</summary>
    public string Folder => Path.Combine(_root, "small");

    /// <summary>A folder on the disk it is mounted in, which has room. It goes when this one does.</summary>
    public string Beside => Path.Combine(_root, "beside");

    /// <summary>Mounts one.</summary>
    /// <param name="megabytes">Its size.</param>
    /// <param name="inodes">How many files and folders it takes.</param>
    /// <exception cref="InvalidOperationException">The system refuses.</exception>
    public static SmallDisk Mount(int megabytes, int inodes)
    {
        var disk = new SmallDisk(Directory.CreateTempSubdirectory("feedback-disk-").FullName);
        Directory.CreateDirectory(disk.Folder);
        Directory.CreateDirectory(disk.Beside);
        Run("mount", ["-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m,nr_inodes={inodes}"), "tmpfs", disk.Folder]);
        return disk;
    }

    /// <summary>Takes all the room there is.</summary>
    public void TakeRoom()
    {
        var chunk = new byte[4096];
        using var file = new FileStream(Path.Combine(Folder, Filler), FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
            {
                file.Write(chunk);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    /// <summary>Gives it back.</summary>
    public void FreeRoom() => File.Delete(Path.Combine(Folder, Filler));

    /// <summary>Makes empty files until there can be no more.</summary>
    public void TakeNames()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Folder, "names")).FullName;
        try
        {
            for (var i = 0; ; i++)
            {
                new FileStream(Path.Combine(folder, i.ToString(CultureInfo.InvariantCulture)), FileMode.CreateNew).Dispose();
            }
        }
        catch (IOException)
        {
            // None left.
        }
    }

    /// <summary>Removes them.</summary>
    public void FreeNames() => Directory.Delete(Path.Combine(Folder, "names"), recursive: true);

    /// <summary>Lets nothing be written, or lets it again.</summary>
    /// <param name="readOnly">Whether nothing can be written from now on.</param>
    /// <remarks>A file system with files open for writing refuses; a mount on top of it does not care.</remarks>
    public void Protect(bool readOnly)
    {
        if (readOnly)
        {
            Run("mount", ["--bind", Folder, Folder]);
            Run("mount", ["-o", "remount,bind,ro", Folder]);
        }
        else
        {
            Run("umount", ["--lazy", Folder]);
        }
    }

    /// <summary>Unmounts it.</summary>
    public void Dispose()
    {
        Run("umount", ["--lazy", Folder]);
        Directory.Delete(_root, recursive: true);
    }

    private static void Run(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {error}");
        }
    }
}
