namespace FeedbackService.Api.Storage.Contents;

/// <summary>Compares what is to be kept with what is there, byte by byte: what is there may have been damaged since its hash was taken.</summary>
internal static class SameContent
{
    private const int BufferBytes = 128 * 1024;

    /// <summary>Whether two folders have the same files.</summary>
    public static bool OfFolders(string left, string right)
    {
        if (!Directory.Exists(right))
        {
            return false;
        }

        var names = NamesIn(left);
        return names.SequenceEqual(NamesIn(right), StringComparer.Ordinal)
            && names.TrueForAll(name => OfFiles(Path.Combine(left, name), Path.Combine(right, name)));
    }

    /// <summary>Whether two files have the same bytes.</summary>
    public static bool OfFiles(string left, string right)
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
