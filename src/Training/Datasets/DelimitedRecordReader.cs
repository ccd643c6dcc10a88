using System.Text;
using System.Text.Unicode;

namespace FeedbackService.Training.Datasets;

/// <summary>Takes CSV and TSV apart as RFC 4180 says, on bytes, one row in memory at a time.</summary>
/// <remarks>
/// An own reader, because it has to go on after any damage: a row with a broken quote is given up and reading resumes on the line
/// below the one where that quote opened, so that one lone quote costs one line. CsvHelper 34, tried on 2,004 rows with one open quote,
/// gave 3 or 4 rows, and could not go on once the record limit that bounds its memory was reached.
/// </remarks>
internal sealed class DelimitedRecordReader(ByteWindow window, byte delimiter, DatasetLimits limits, long firstLine = 1)
{
    private const byte Quote = (byte)'"';
    private readonly List<Field> _fields = [];
    private long _nextLine = firstLine;
    private int _recordBytes;

    /// <summary>1-based physical line on which the current row begins.</summary>
    public long Line { get; private set; }

    /// <summary>Place in the stream where the current row begins.</summary>
    public long Offset { get; private set; }

    /// <summary>Number of fields of the current row, those beyond the limit included.</summary>
    public int FieldCount { get; private set; }

    /// <summary>Why the current row is unusable; null when it is well-formed.</summary>
    public RowFault? Fault { get; private set; }

    /// <summary>0-based field with a quote inside though it is not quoted; -1 when there is none.</summary>
    public int StrayQuoteField { get; private set; }

    /// <summary>1-based line on which the row behind the current one begins.</summary>
    public long NextLine => _nextLine;

    /// <summary>Consumes the current row, so that another reader can go on behind it.</summary>
    public void Finish()
    {
        window.Consume(_recordBytes);
        _recordBytes = 0;
    }

    /// <summary>Goes to the next row that is not a blank line; false at the end of the file.</summary>
    public bool Read()
    {
        do
        {
            window.Consume(_recordBytes);
            (Line, Fault, FieldCount, StrayQuoteField, _recordBytes) = (_nextLine, null, 0, -1, 0);
            _fields.Clear();
            Offset = window.Position;
            if (!window.Has(0))
            {
                return false;
            }

            ReadRecord();
        }
        while (Fault is null && FieldCount == 1 && _fields[0] is { Quoted: false, Length: 0 });

        return true;
    }

    /// <summary>A field of the current row, unquoted; only for rows without a fault.</summary>
    public string GetField(int index)
    {
        Field field = _fields[index];
        string text = Encoding.UTF8.GetString(window.Span.Slice(field.Start, field.Length));
        return field.Escaped ? text.Replace("\"\"", "\"", StringComparison.Ordinal) : text;
    }

    /// <summary>Whether the current row is one field that would have <paramref name="count"/> parts with another usual separator; which one.</summary>
    public byte? OtherDelimiter(int count)
    {
        if (Fault is not null || FieldCount != 1)
        {
            return null;
        }

        ReadOnlySpan<byte> row = window.Span.Slice(_fields[0].Start, _fields[0].Length);
        foreach (byte other in ",;\t|"u8)
        {
            if (other != delimiter && row.Count(other) == count - 1)
            {
                return other;
            }
        }

        return null;
    }

    /// <summary>Whether all fields of the current row from <paramref name="index"/> on are blank.</summary>
    public bool AreBlankFrom(int index)
    {
        for (int i = index; i < _fields.Count; i++)
        {
            if (!window.Span.Slice(_fields[i].Start, _fields[i].Length).Trim(" \t"u8).IsEmpty)
            {
                return false;
            }
        }

        return true;
    }

    private void ReadRecord()
    {
        int position = 0;
        while (true)
        {
            int start = position;
            Field field;
            if (window.Has(position) && window[position] == Quote)
            {
                int close = FindClosingQuote(position + 1, out bool escaped);
                if (close < 0)
                {
                    GiveUp(start, DatasetIssueCodes.UnterminatedQuote, "A quoted field opens here and never ends; close the quote, or double it (\"\") if it belongs to the text.");
                    return;
                }

                position = close + 1;
                if (window.Has(position) && window[position] != delimiter && window[position] is not ((byte)'\n' or (byte)'\r'))
                {
                    GiveUp(start, DatasetIssueCodes.MalformedQuote, "Text follows the closing quote of a quoted field; write quotes inside a quoted field twice (\"\").");
                    return;
                }

                field = new Field(start + 1, close - start - 1, Quoted: true, escaped);
            }
            else
            {
                position = FindFieldEnd(position);
                if (position < 0)
                {
                    SkipTooLong(start);
                    return;
                }

                field = new Field(start, position - start, Quoted: false, Escaped: false);
                if (StrayQuoteField < 0 && window.Span.Slice(field.Start, field.Length).Contains(Quote))
                {
                    StrayQuoteField = FieldCount;
                }
            }

            AddField(field);
            if (!window.Has(position))
            {
                if (window.Overflowed)
                {
                    SkipTooLong(start);
                    return;
                }

                break;
            }

            if (window[position] == delimiter)
            {
                position++;
                continue;
            }

            position = LineBreaks.EndOfLine(window, position);
            break;
        }

        _recordBytes = position;
        ReadOnlySpan<byte> record = window.Span[..position];
        _nextLine += LineBreaks.Count(record);
        Fault ??= FindBadBytes(record);
    }

    private int FindClosingQuote(int from, out bool escaped)
    {
        escaped = false;
        while (true)
        {
            int at = from < window.Count ? window.Span[from..].IndexOf(Quote) : -1;
            if (at < 0)
            {
                from = Math.Max(from, window.Count);
                if (!window.Has(from))
                {
                    return -1;
                }

                continue;
            }

            int quote = from + at;
            if (!window.Has(quote + 1) || window[quote + 1] != Quote)
            {
                return quote;
            }

            escaped = true;
            from = quote + 2;
        }
    }

    // -1 when the row outgrows the limit; the end of the stream ends a field.
    private int FindFieldEnd(int from)
    {
        while (true)
        {
            int at = from < window.Count ? window.Span[from..].IndexOfAny(delimiter, (byte)'\n', (byte)'\r') : -1;
            if (at >= 0)
            {
                return from + at;
            }

            from = Math.Max(from, window.Count);
            if (!window.Has(from))
            {
                return window.Overflowed ? -1 : from;
            }
        }
    }

    private void AddField(Field field)
    {
        if (FieldCount < limits.MaxColumns)
        {
            _fields.Add(field);
        }
        else
        {
            Fault ??= new RowFault(DatasetIssueCodes.TooManyColumns, Line, -1, $"The row has more than {limits.MaxColumns} columns; put texts that contain the separator in quotes.");
        }

        if (field.Length > limits.MaxFieldBytes)
        {
            Fault ??= new RowFault(
                DatasetIssueCodes.FieldTooLong,
                Line + LineBreaks.Count(window.Span[..field.Start]),
                FieldCount,
                $"A field has {field.Length} bytes; the limit is {limits.MaxFieldBytes}. Shorten or split the text.");
        }

        FieldCount++;
    }

    private void GiveUp(int quote, string code, string message)
    {
        long line = Line + LineBreaks.Count(window.Span[..quote]);
        Fault = new RowFault(code, line, FieldCount, message);
        _nextLine = line + 1;
        LineBreaks.SkipLine(window, quote);
    }

    private void SkipTooLong(int from)
    {
        long line = Line + LineBreaks.Count(window.Span[..from]);
        Fault = new RowFault(
            DatasetIssueCodes.LineTooLong, line, FieldCount, $"The row is longer than {limits.MaxRecordBytes} bytes; split it or shorten its texts.");
        _nextLine = line + 1;
        LineBreaks.SkipLine(window, from);
    }

    private RowFault? FindBadBytes(ReadOnlySpan<byte> record)
    {
        int nul = record.IndexOf((byte)0);
        if (nul >= 0)
        {
            return At(record, nul, DatasetIssueCodes.NulCharacter, "The row holds a NUL character; remove it.");
        }

        return Utf8.IsValid(record)
            ? null
            : At(record, Utf8Text.FirstInvalid(record), DatasetIssueCodes.InvalidUtf8, Utf8Text.Complaint(record));
    }

    private RowFault At(ReadOnlySpan<byte> record, int offset, string code, string message) => new(
        code,
        Line + LineBreaks.Count(record[..offset]),
        Math.Max(0, _fields.FindLastIndex(field => field.Start <= offset)),
        message);

    private readonly record struct Field(int Start, int Length, bool Quoted, bool Escaped);
}
