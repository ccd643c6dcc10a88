using Microsoft.Win32.SafeHandles;

namespace FeedbackService.Training.Datasets;

/// <summary>The entries of a file's rows, read from disk as they are needed. Safe for concurrent use.</summary>
public sealed class RowIndex : IDisposable
{
    private const int EntriesPerRead = 4096;
    private readonly SafeFileHandle _file;

    private RowIndex(SafeFileHandle file, long count) => (_file, Count) = (file, count);

    /// <summary>Number of rows, good and bad.</summary>
    public long Count { get; }

    /// <summary>Opens an index; null when there is none at <paramref name="path"/>, or not a whole one of this format.</summary>
    public static RowIndex? TryOpen(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        SafeFileHandle file = File.OpenHandle(path);
        Span<byte> mark = stackalloc byte[RowIndexFormat.EntryBytes];
        long bytes = RandomAccess.GetLength(file);
        if (bytes % RowIndexFormat.EntryBytes == 0 && RandomAccess.Read(file, mark, 0) == mark.Length && mark.SequenceEqual(RowIndexFormat.Mark))
        {
            return new RowIndex(file, (bytes / RowIndexFormat.EntryBytes) - 1);
        }

        file.Dispose();
        return null;
    }

    /// <summary>The entries from a row on, in the order of the file.</summary>
    /// <param name="first">0-based number of the first row wanted.</param>
    public IEnumerable<RowEntry> From(long first)
    {
        byte[] buffer = new byte[RowIndexFormat.EntryBytes * EntriesPerRead];
        for (long row = first; row < Count;)
        {
            int entries = RandomAccess.Read(_file, buffer, Place(row)) / RowIndexFormat.EntryBytes;
            for (int i = 0; i < entries; i++)
            {
                yield return RowIndexFormat.Read(buffer.AsSpan(i * RowIndexFormat.EntryBytes));
            }

            row += entries;
            if (entries == 0)
            {
                throw new EndOfStreamException("The index of the rows ends early.");
            }
        }
    }

    /// <summary>0-based number of the first row that begins behind a line; <see cref="Count"/> when none does.</summary>
    public long FirstAfter(long line)
    {
        long low = 0;
        long high = Count;
        while (low < high)
        {
            long middle = (low + high) / 2;
            if (Read(middle).Line <= line)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static long Place(long row) => (row + 1) * RowIndexFormat.EntryBytes;

    private RowEntry Read(long row)
    {
        Span<byte> entry = stackalloc byte[RowIndexFormat.EntryBytes];
        return RandomAccess.Read(_file, entry, Place(row)) == entry.Length
            ? RowIndexFormat.Read(entry)
            : throw new EndOfStreamException("The index of the rows ends early.");
    }
}
