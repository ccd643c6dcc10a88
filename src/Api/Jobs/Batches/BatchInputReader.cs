namespace FeedbackService.Api.Jobs.Batches;

/// <summary>Reads an input file line by line from any offset. Memory is bounded by the longest line allowed, whatever the file holds.</summary>
internal sealed class BatchInputReader : IDisposable
{
    private const int FirstBuffer = 64 * 1024;
    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];

    private readonly FileStream _stream;
    private readonly int _maxLineBytes;
    private byte[] _buffer = new byte[FirstBuffer];
    private int _start;
    private int _end;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxLineBytes">Longer lines are skipped and said to be too long.</param>
    /// <param name="offset">Where a line begins.</param>
    /// <param name="line">Lines before it.</param>
    public BatchInputReader(string path, int maxLineBytes, long offset = 0, long line = 0)
    {
        // No buffer of its own: this class is the buffer.
        _stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        _stream.Position = offset;
        (_maxLineBytes, Offset, Line) = (maxLineBytes, offset, line);
    }

    /// <summary>Where the next line begins.</summary>
    public long Offset { get; private set; }

    /// <summary>Lines read so far, blank ones included; hence also the number of the last one, counted from 1.</summary>
    public long Line { get; private set; }

    /// <summary>Reads the next line that is not blank.</summary>
    /// <param name="line">Its bytes without the line break, valid until the next call; empty when it is too long.</param>
    /// <param name="tooLong">Whether it has more bytes than allowed.</param>
    /// <returns>False at the end of the file.</returns>
    public bool TryRead(out ReadOnlyMemory<byte> line, out bool tooLong)
    {
        while (TryReadAny(out line, out tooLong))
        {
            if (tooLong || line.Span.IndexOfAnyExcept(" \t\r"u8) >= 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private bool TryReadAny(out ReadOnlyMemory<byte> line, out bool tooLong)
    {
        (line, tooLong) = (default, false);
        var scanned = 0;
        while (true)
        {
            var at = _buffer.AsSpan(_start + scanned, _end - _start - scanned).IndexOf((byte)'\n');
            if (at >= 0)
            {
                Take(scanned + at, breakBytes: 1, ref line, ref tooLong);
                return true;
            }

            scanned = _end - _start;
            if (scanned > _maxLineBytes)
            {
                // Its beginning is not needed: forget it and go on looking for its end.
                tooLong = true;
                Offset += scanned;
                (_start, _end, scanned) = (0, 0, 0);
            }

            if (!Fill())
            {
                if (scanned > 0 || tooLong)
                {
                    Take(scanned, breakBytes: 0, ref line, ref tooLong);
                    return true;
                }

                return false;
            }
        }
    }

    private void Take(int length, int breakBytes, ref ReadOnlyMemory<byte> line, ref bool tooLong)
    {
        tooLong |= length > _maxLineBytes;
        var bytes = _buffer.AsMemory(_start, length);
        var mark = Offset == 0 && bytes.Span.StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0;
        line = tooLong ? default : bytes[mark..];
        _start += length + breakBytes;
        Offset += length + breakBytes;
        Line++;
    }

    private bool Fill()
    {
        if (_end == _buffer.Length)
        {
            // Double it only when a line begins at its very start and does not fit.
            var target = _start > 0 ? _buffer : new byte[_buffer.Length * 2];
            Buffer.BlockCopy(_buffer, _start, target, 0, _end - _start);
            (_buffer, _start, _end) = (target, 0, _end - _start);
        }

        var read = _stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        return read > 0;
    }
}
