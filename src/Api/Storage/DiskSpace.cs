namespace FeedbackService.Api.Storage;

/// <summary>Tells a full disk from other failures of files.</summary>
internal static class DiskSpace
{
    // .NET keeps the system's error number in HResult: errno on Unix (ENOSPC, EDQUOT on Linux), a Win32 error on Windows.
    private const int NoSpaceUnix = 28;
    private const int QuotaLinux = 122;
    private const int DiskFullWindows = unchecked((int)0x80070070);

    /// <summary>Whether the disk or the user's share of it is full.</summary>
    public static bool IsExhausted(Exception fault) =>
        fault is IOException && fault.HResult is NoSpaceUnix or QuotaLinux or DiskFullWindows;
}
