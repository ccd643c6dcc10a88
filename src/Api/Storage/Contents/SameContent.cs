namespace FeedbackService.Api.Storage.Contents;

/// <summary>Compares what is to be kept with what is there, byte by byte: what is there may have been damaged since its hash was taken.</summary>
internal static class SameContent
{
    private const int BufferBytes = 128 * 1024;

    /// <summary>Whether what is there in place of a folder has the same files.</summary>
    /// <param name="own">The folder; nobody else knows it.</param>
    /// <param name="there">May be taken out meanwhile; then it has not.</param>
    public static bool OfFolders(string own, string there) => AreThere(own, there, () =>
    {
        var names = NamesIn(own);
        return names.SequenceEqual(NamesIn(there), StringComparer.Ordinal)
            && names.TrueForAll(name => HaveSameBytes(Path.Combine(own, name), Path.Combine(there, name)));
    });

    /// <summary>Whether what is there in place of a file has the same bytes.</summary>
    /// <param name="own">The file; nobody else knows it.</param>
    /// <param name="there">May be taken out meanwhile; then it has not.</param>
    public static bool OfFiles(string own, string there) => AreThere(own, there, () => HaveSameBytes(own, there));

    private static bool AreThere(string own, string there, Func<bool> compare)
    {
        while (Path.Exists(there))
        {
            try
            {
                return compare();
            }
            catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException && Path.Exists(own))
            {
                // Taken out while it was read; another may be in its place by now.
            }
        }

        return false;
    }

    private static bool HaveSameBytes(string left, string right)
    {
        using var one = new FileStream(left, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        using var other = new FileStream(right, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        if (one.Length != other.Length)
        {
            return false;
        }

        var (here, there) = (new byte[BufferBytes], new byte[BufferBytes]);
        while (true)
        {
            var count = one.ReadAtLeast(here, BufferBytes, throwOnEndOfStream: false);
            if (other.ReadAtLeast(there, BufferBytes, throwOnEndOfStream: false) != count || !here.AsSpan(0, count).SequenceEqual(there.AsSpan(0, count)))
            {
                return false;
            }

            if (count < BufferBytes)
            {
                return true;
            }
        }
    }

    private static List<string> NamesIn(string directory) =>
        [.. Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(directory, path)).Order(StringComparer.Ordinal)];
}
