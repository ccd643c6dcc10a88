namespace FeedbackService.Training.Datasets;

/// <summary>A sliding view of a stream, from where it stands: as much of it as one row needs, and never more than a limit.</summary>
internal sealed class ByteWindow(Stream stream, int maxBytes, int firstBytes = 64 * 1024)
{
    private byte[] _buffer = new byte[Math.Min(firstBytes, maxBytes)];
    private int _start;
    private int _end;
    private bool _ended;

    /// <summary>Place in the stream of the first byte that is not consumed.</summary>
    public long Position { get; private set; } = stream.Position;

    /// <summary>Bytes at hand, from the first that is not consumed.</summary>
    public ReadOnlySpan<byte> Span => _buffer.AsSpan(_start, _end - _start);

    /// <summary>Number of bytes at hand.</summary>
    public int Count => _end - _start;

    /// <summary>True when the last <see cref="Has"/> failed at the limit rather than at the end of the stream.</summary>
    public bool Overflowed { get; private set; }

    public byte this[int index] => _buffer[_start + index];

    /// <summary>Makes sure the byte at <paramref name="index"/> is at hand; false at the end of the stream or at the limit.</summary>
    public bool Has(int index)
    {
        Overflowed = false;
        while (index >= Count)
        {
            if (_ended)
            {
                return false;
            }

            if (Count >= maxBytes)
            {
                Overflowed = true;
                return false;
            }

            Fill();
        }

        return true;
    }

    /// <summary>Forgets the first <paramref name="count"/> bytes.</summary>
    public void Consume(int count)
    {
        _start += count;
        Position += count;
    }

    private void Fill()
    {
        if (_end == _buffer.Length)
        {
            byte[] target = _start > 0 ? _buffer : new byte[Math.Min((long)_buffer.Length * 2, maxBytes)];
            Buffer.BlockCopy(_buffer, _start, target, 0, Count);
            (_buffer, _end, _start) = (target, Count, 0);
        }

        int read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _ended = read == 0;
        _end += read;
    }
}
