namespace FeedbackService.Training.Datasets;

/// <summary>Rows of a CSV or TSV file behind its header.</summary>
internal sealed class DelimitedRowSource : IRowSource
{
    private readonly DelimitedRecordReader _records;
    private readonly RowAssembler _assembler;
    private readonly IReadOnlyList<string> _columns;
    private readonly bool _warnsOfStrayQuotes;
    private readonly bool _splitsLabels;
    private readonly int _text;
    private readonly int _pair;
    private readonly int _label;

    public DelimitedRowSource(ByteWindow window, DatasetFormat format, ColumnMapping mapping, DatasetLimits limits)
    {
        _records = new DelimitedRecordReader(window, format.Delimiter, limits);
        _assembler = new RowAssembler(mapping, limits);
        _columns = ReadHeader(_records);
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

        long line = _records.Line;
        if (_records.Fault is { } fault)
        {
            row = RowAssembler.Fail(fault.Line, Name(fault.Field), fault.Code, fault.Message);
            return true;
        }

        if (_records.FieldCount != _columns.Count)
        {
            row = RowAssembler.Fail(line, null, DatasetIssueCodes.ColumnCount, CountMessage());
            return true;
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

        row = _assembler.Assemble(line, Field(_text), Field(_pair), Labels(), warning);
        return true;
    }

    private string CountMessage()
    {
        string hint = _records.FieldCount > _columns.Count
            ? "put texts that contain the separator in quotes"
            : "a field is missing, or a line break in a text is not in quotes";
        return $"The row has {_records.FieldCount} columns, the header {_columns.Count}; {hint}.";
    }

    private IReadOnlyList<string>? Labels() =>
        Field(_label) is not { } value ? null : _splitsLabels ? value.Split('|') : [value];

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
