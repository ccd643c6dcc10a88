namespace FeedbackService.Api.Storage.Contents;

/// <summary>Tells a file system that is away, as a mount whose server is, from one that has no room or lacks a file.</summary>
internal static class FolderFaults
{
    // errno on Linux, which .NET keeps in HResult: EIO, ENODEV, EROFS, ENOTCONN, ETIMEDOUT, EHOSTDOWN, EHOSTUNREACH, ESTALE.
    private static readonly HashSet<int> Away = [5, 19, 30, 107, 110, 112, 113, 116];

    /// <summary>Whether the same may go well once somebody has seen to the file system.</summary>
    public static bool IsAway(Exception fault) =>
        fault is UnauthorizedAccessException || (OperatingSystem.IsLinux() && fault is IOException and not ContentStoreException && Away.Contains(fault.HResult));
}
