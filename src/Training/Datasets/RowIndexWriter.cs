namespace FeedbackService.Training.Datasets;

/// <summary>Writes the entries of a file's rows to disk as they come: 32 bytes each, none of them kept in memory.</summary>
public sealed class RowIndexWriter : IRowEntrySink, IDisposable
{
    private readonly FileStream _file;
    private readonly byte[] _buffer = new byte[RowIndexFormat.EntryBytes * 2048];
    private int _used;

    /// <summary>Begins a new file.</summary>
    /// <exception cref="IOException">The file cannot be made.</exception>
    public RowIndexWriter(string path)
    {
        _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        RowIndexFormat.Mark.CopyTo(_buffer);
        _used = RowIndexFormat.EntryBytes;
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    public void Add(RowEntry entry)
    {
        if (_used == _buffer.Length)
        {
            Flush();
        }

        RowIndexFormat.Write(_buffer.AsSpan(_used), entry);
        _used += RowIndexFormat.EntryBytes;
    }

    /// <summary>Writes what is left and closes the file.</summary>
    public void Dispose()
    {
        Flush();
        _file.Dispose();
    }

    private void Flush()
    {
        _file.Write(_buffer, 0, _used);
        _used = 0;
    }
}
