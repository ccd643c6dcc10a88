namespace FeedbackService.Training.Datasets;

/// <summary>
/// Reads the labelled texts of a CSV, TSV or JSONL file as a stream: memory is bounded by
/// <see cref="DatasetLimits.MaxRecordBytes"/> whatever the size of the file, and bad rows become issues instead of exceptions.
/// </summary>
/// <remarks>
/// Several labels per row: a JSON list, or <c>a|b</c> in a CSV or TSV column called <c>labels</c> (or where
/// <see cref="ColumnRequest.MultiLabel"/> says so). Not safe for concurrent use; passes follow one another.
/// </remarks>
public sealed class DatasetReader : IDisposable
{
    private const int SampledJsonLines = 200;
    private const int BytesAtAPlace = 4 * 1024;
    private const int MaxColumnNameCharacters = 256;
    private readonly Stream _stream;
    private readonly DatasetFormat _format;
    private readonly DatasetLimits _limits;
    private bool _listsAreUsual;
    private bool _sawLabelList;

    private DatasetReader(Stream stream, DatasetFormat format, ColumnRequest request, DatasetLimits limits)
    {
        (_stream, _format, _limits) = (stream, format, limits);
        Columns = format.Kind == DatasetKind.Jsonl ? SampleKeys() : ReadHeader();
        Mapping = ResolveColumns(request);
    }

    /// <summary>What the file is.</summary>
    public DatasetKind Kind => _format.Kind;

    /// <summary>Columns of the header; for JSON lines the keys of the first 200 lines, in order of appearance.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>What separates the fields of a CSV or TSV file; null for JSON lines.</summary>
    public char? Delimiter => Kind == DatasetKind.Jsonl ? null : (char)_format.Delimiter;

    /// <summary>Which columns are read as what.</summary>
    public ColumnMapping Mapping { get; }

    /// <summary>False when no label column was found or labels are ignored: usable for pre-training and batches only.</summary>
    public bool HasLabels => Mapping.LabelColumn is not null;

    /// <summary>
    /// Whether rows may carry several labels. Known at once for CSV and TSV, for JSON with a <c>labels</c> column, and for JSON with a list
    /// of labels among its first 200 lines; for other JSON lines it turns true when a pass meets a label written as a list.
    /// </summary>
    public bool IsMultiLabel => Mapping.SplitsLabels || _sawLabelList;

    /// <summary>Opens a file.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="columns">Columns asked for; null: found by name.</param>
    /// <param name="limits">Limits per row; null: <see cref="DatasetLimits.Default"/>.</param>
    /// <exception cref="UnreadableDatasetException">The file is no data set at all.</exception>
    /// <exception cref="ColumnMappingException">It is not clear which columns are meant.</exception>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    public static DatasetReader Open(string path, ColumnRequest? columns = null, DatasetLimits? limits = null)
    {
        // The window is the buffer.
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        return Open(stream, columns, limits);
    }

    /// <summary>Opens a seekable stream, which the reader then owns and which is disposed of here when opening fails.</summary>
    /// <inheritdoc cref="Open(string, ColumnRequest?, DatasetLimits?)"/>
    public static DatasetReader Open(Stream stream, ColumnRequest? columns = null, DatasetLimits? limits = null)
    {
        try
        {
            stream.Position = 0;
            DatasetFormat format = DatasetFormatDetector.Detect(stream);
            return new DatasetReader(stream, format, columns ?? ColumnRequest.Automatic, limits ?? DatasetLimits.Default);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>One pass over all rows, good and bad, from the beginning of the file.</summary>
    /// <param name="cancellationToken">Ends the pass between two rows.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IEnumerable<DatasetRow> ReadRows(CancellationToken cancellationToken = default)
    {
        ByteWindow window = Rewind();
        long firstLine = 1;
        if (Kind != DatasetKind.Jsonl)
        {
            var header = new DelimitedRecordReader(window, _format.Delimiter, _limits);
            DelimitedRowSource.ReadHeader(header);
            header.Finish();
            firstLine = header.NextLine;
        }

        return ReadRows(window, firstLine, cancellationToken);
    }

    /// <summary>The rows from a given one on, good and bad; for looking at a place far into a large file.</summary>
    /// <param name="offset">A <see cref="DatasetRow.Offset"/> of this file.</param>
    /// <param name="line">The <see cref="DatasetRow.Line"/> of the same row.</param>
    /// <param name="cancellationToken">Ends the pass between two rows.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IEnumerable<DatasetRow> ReadRowsFrom(long offset, long line, CancellationToken cancellationToken = default)
    {
        _stream.Position = offset;
        return ReadRows(new ByteWindow(_stream, _limits.MaxRecordBytes, BytesAtAPlace), line, cancellationToken);
    }

    /// <summary>One pass over the usable rows, from the beginning of the file.</summary>
    /// <param name="issues">Takes what is wrong with rows, used or not; null: bad rows are left out silently.</param>
    /// <param name="cancellationToken">Ends the pass between two rows.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IEnumerable<LabeledText> ReadTexts(IValidationIssueSink? issues = null, CancellationToken cancellationToken = default)
    {
        foreach (DatasetRow row in ReadRows(cancellationToken))
        {
            foreach (DatasetIssue issue in row.Issues)
            {
                issues?.Add(issue);
            }

            if (row.Text is { } text)
            {
                yield return text;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private IEnumerable<DatasetRow> ReadRows(ByteWindow window, long firstLine, CancellationToken cancellationToken)
    {
        IRowSource source = Kind == DatasetKind.Jsonl
            ? new JsonRowSource(window, Mapping, _limits, _listsAreUsual, firstLine)
            : new DelimitedRowSource(window, _format, Columns, Mapping, _limits, firstLine);
        while (source.TryRead(out DatasetRow row))
        {
            cancellationToken.ThrowIfCancellationRequested();
            _sawLabelList |= source is JsonRowSource { SawLabelList: true };
            yield return row;
        }
    }

    private ByteWindow Rewind()
    {
        _stream.Position = _format.HasByteOrderMark ? Utf8Text.ByteOrderMark.Length : 0;
        return new ByteWindow(_stream, _limits.MaxRecordBytes);
    }

    private IReadOnlyList<string> ReadHeader()
    {
        IReadOnlyList<string> columns = DelimitedRowSource.ReadHeader(new DelimitedRecordReader(Rewind(), _format.Delimiter, _limits));
        return columns.All(column => column.Length <= MaxColumnNameCharacters)
            ? columns
            : throw new UnreadableDatasetException(
                UnreadableDatasetException.Header,
                $"A column name has more than {MaxColumnNameCharacters} characters; does the first line hold the names of the columns?");
    }

    private List<string> SampleKeys()
    {
        var lines = new JsonLineReader(Rewind(), _limits);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var keys = new List<string>();
        for (int i = 0; i < SampledJsonLines && lines.Read(null); i++)
        {
            IEnumerable<string> usable = lines.Fault is null ? lines.Keys.Where(key => key.Length <= MaxColumnNameCharacters) : [];
            keys.AddRange(usable.Where(key => seen.Count < _limits.MaxColumns && seen.Add(key)));
        }

        return keys;
    }

    private bool SamplesHaveLabelLists(ColumnMapping mapping)
    {
        var lines = new JsonLineReader(Rewind(), _limits);
        var values = new JsonRowValues(mapping);
        bool found = false;
        for (int i = 0; i < SampledJsonLines && !found && mapping.LabelColumn is not null && lines.Read(values); i++)
        {
            found = lines.Fault is null && values.Label is { IsArray: true, Values.Count: > 0 };
        }

        return found;
    }

    private ColumnMapping ResolveColumns(ColumnRequest request)
    {
        // Nothing but damaged lines: the names do not matter, each line still gets its issue.
        bool onlyDamage = Kind == DatasetKind.Jsonl && Columns.Count == 0;
        ColumnMapping mapping = onlyDamage ? new ColumnMapping("text", null, null, SplitsLabels: false) : ColumnMapping.Resolve(Columns, request);
        if (Kind == DatasetKind.Jsonl)
        {
            // JSON has lists; a bar in a string is part of the label.
            _listsAreUsual = mapping.SplitsLabels || SamplesHaveLabelLists(mapping);
            _sawLabelList = _listsAreUsual;
            mapping = mapping with { SplitsLabels = false };
        }

        return mapping;
    }
}
