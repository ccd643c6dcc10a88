namespace FeedbackService.Training.Datasets;

/// <summary>Line breaks as editors count them: LF, CRLF, and CR alone.</summary>
internal static class LineBreaks
{
    /// <summary>Number of line breaks in <paramref name="bytes"/>.</summary>
    public static int Count(ReadOnlySpan<byte> bytes)
    {
        int count = 0;
        while (true)
        {
            int at = bytes.IndexOfAny((byte)'\n', (byte)'\r');
            if (at < 0)
            {
                return count;
            }

            count++;
            bool pair = bytes[at] == '\r' && at + 1 < bytes.Length && bytes[at + 1] == '\n';
            bytes = bytes[(at + (pair ? 2 : 1))..];
        }
    }

    /// <summary>Offset just behind the line break at or after <paramref name="from"/>; -1 when the stream ends or the window is full before.</summary>
    public static int EndOfLine(ByteWindow window, int from)
    {
        while (true)
        {
            int at = from < window.Count ? window.Span[from..].IndexOfAny((byte)'\n', (byte)'\r') : -1;
            if (at >= 0)
            {
                int position = from + at;
                return window[position] == '\r' && window.Has(position + 1) && window[position + 1] == '\n' ? position + 2 : position + 1;
            }

            from = Math.Max(from, window.Count);
            if (!window.Has(from))
            {
                return -1;
            }
        }
    }

    /// <summary>Consumes everything up to and including the next line break, however far away; false when the stream ended before one.</summary>
    public static bool SkipLine(ByteWindow window, int from)
    {
        while (true)
        {
            int end = EndOfLine(window, from);
            if (end >= 0)
            {
                window.Consume(end);
                return true;
            }

            bool more = window.Overflowed;
            window.Consume(window.Count);
            from = 0;
            if (!more)
            {
                return false;
            }
        }
    }
}
