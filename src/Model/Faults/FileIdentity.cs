using System.Runtime.InteropServices;

namespace FeedbackService.Model.Faults;

/// <summary>Which file or folder a path leads to, by what the system calls it. Linux.</summary>
/// <param name="Inode">The same however often it is renamed.</param>
/// <param name="Bytes">Its size.</param>
public sealed record FileIdentity(ulong Inode, long Bytes)
{
    // The same on every architecture, unlike struct stat: https://man7.org/linux/man-pages/man2/statx.2.html
    private const int StructureBytes = 256;
    private const int InodeAt = 32;
    private const int SizeAt = 40;
    private const int CurrentFolder = -100;
    private const int DoNotFollow = 0x100;
    private const uint Basic = 0x7ff;

    /// <summary>Looks; null when there is nothing.</summary>
    public static FileIdentity? Of(string path)
    {
        var found = new byte[StructureBytes];
        return Statx(CurrentFolder, path, DoNotFollow, Basic, found) == 0
            ? new FileIdentity(BitConverter.ToUInt64(found, InodeAt), BitConverter.ToInt64(found, SizeAt))
            : null;
    }

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static extern int Statx(int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, byte[] found);
}
