namespace FeedbackService.Training.Datasets;

/// <summary>Rows of a CSV or TSV file behind its header.</summary>
internal sealed class DelimitedRowSource : IRowSource
{
    private readonly DelimitedRecordReader _records;
    private readonly RowAssembler _assembler;
    private readonly IReadOnlyList<string> _columns;
    private readonly bool _warnsOfStrayQuotes;
    private readonly bool _splitsLabels;
    private readonly byte _delimiter;
    private readonly int _text;
    private readonly int _pair;
    private readonly int _label;

    /// <summary>Reads on from where the window stands, which is the beginning of a row behind the header.</summary>
    public DelimitedRowSource(
        ByteWindow window, DatasetFormat format, IReadOnlyList<string> columns, ColumnMapping mapping, DatasetLimits limits, long firstLine)
    {
        _records = new DelimitedRecordReader(window, format.Delimiter, limits, firstLine);
        _assembler = new RowAssembler(mapping, limits);
        _columns = columns;
        _delimiter = format.Delimiter;
        // Tab-separated text often comes unquoted from databases, where a quote is a character like any other.
        _warnsOfStrayQuotes = format.Kind == DatasetKind.Csv;
        _splitsLabels = mapping.SplitsLabels;
        _text = IndexOf(mapping.TextColumn);
        _pair = IndexOf(mapping.TextPairColumn);
        _label = IndexOf(mapping.LabelColumn);
    }

    /// <summary>Reads the names of the columns from the first row.</summary>
    /// <exception cref="UnreadableDatasetException">The header is damaged.</exception>
    public static IReadOnlyList<string> ReadHeader(DelimitedRecordReader records)
    {
        if (!records.Read())
        {
            throw new UnreadableDatasetException(UnreadableDatasetException.Empty, "The file is empty.");
        }

        if (records.Fault is { } fault)
        {
            throw new UnreadableDatasetException(
                UnreadableDatasetException.Header, $"The header cannot be read ({fault.Code}, line {fault.Line}): {fault.Message}");
        }

        return [.. Enumerable.Range(0, records.FieldCount).Select(index => records.GetField(index).Trim())];
    }

    public bool TryRead(out DatasetRow row)
    {
        if (!_records.Read())
        {
            row = default;
            return false;
        }

        // A fault is told on its own line; the row begins where it begins.
        row = ReadRow() with { Line = _records.Line, Offset = _records.Offset };
        return true;
    }

    private DatasetRow ReadRow()
    {
        long line = _records.Line;
        if (_records.Fault is { } fault)
        {
            return RowAssembler.Fail(fault.Line, Name(fault.Field), fault.Code, fault.Message);
        }

        if (_records.FieldCount != _columns.Count)
        {
            return RowAssembler.Fail(line, null, DatasetIssueCodes.ColumnCount, CountMessage());
        }

        DatasetIssue? warning = null;
        if (_warnsOfStrayQuotes && _records.StrayQuoteField >= 0)
        {
            warning = new DatasetIssue(
                IssueSeverity.Warning,
                line,
                Name(_records.StrayQuoteField),
                DatasetIssueCodes.StrayQuote,
                "A quote stands inside a field that is not quoted; it is read as part of the text.");
        }

        string? label = Field(_label);
        return _assembler.Assemble(line, Field(_text), Field(_pair), Labels(label), saysNone: _splitsLabels && string.IsNullOrWhiteSpace(label), warning);
    }

    private string CountMessage()
    {
        string hint = _records.FieldCount > _columns.Count
            ? _records.AreBlankFrom(_columns.Count) ? "remove the separators at its end" : "put texts that contain the separator in quotes"
            : _records.OtherDelimiter(_columns.Count) is { } other
                ? $"it seems to be separated by {Delimiters.Name(other)} and the file by {Delimiters.Name(_delimiter)}, use one of them throughout"
                : "a field is missing, or a line break in a text is not in quotes";
        return $"The row has {_records.FieldCount} {(_records.FieldCount == 1 ? "column" : "columns")}, the header {_columns.Count}; {hint}.";
    }

    private IReadOnlyList<string>? Labels(string? value) => value is null ? null : _splitsLabels ? value.Split('|') : [value];

    private string? Field(int index) => index < 0 ? null : _records.GetField(index);

    private string? Name(int field) => field >= 0 && field < _columns.Count ? _columns[field] : null;

    private int IndexOf(string? column)
    {
        for (int i = 0; column is not null && i < _columns.Count; i++)
        {
            if (_columns[i] == column)
            {
                return i;
            }
        }

        return -1;
    }
}
