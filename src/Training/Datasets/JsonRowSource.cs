namespace FeedbackService.Training.Datasets;

/// <summary>Rows of a file of JSON lines.</summary>
internal sealed class JsonRowSource(ByteWindow window, ColumnMapping mapping, DatasetLimits limits, bool listsAreUsual, long firstLine) : IRowSource
{
    private readonly JsonLineReader _lines = new(window, limits, firstLine);
    private readonly RowAssembler _assembler = new(mapping, limits);
    private readonly JsonRowValues _values = new(mapping);

    /// <summary>Whether a label was written as a list so far.</summary>
    public bool SawLabelList { get; private set; }

    public bool TryRead(out DatasetRow row)
    {
        if (!_lines.Read(_values))
        {
            row = default;
            return false;
        }

        if (_lines.Fault is { } fault)
        {
            row = RowAssembler.Fail(fault.Line, _lines.FaultKey, fault.Code, fault.Message) with { Offset = _lines.Offset };
            return true;
        }

        SawLabelList |= _values.Label.IsArray;
        // With strings everywhere else an empty list is more likely an accident than a statement.
        bool saysNone = listsAreUsual && _values.Label is { IsEmptyArray: true };
        row = _assembler.Assemble(_lines.Line, _values.Text.First, _values.Pair.First, Labels(), saysNone) with { Offset = _lines.Offset };
        return true;
    }

    private List<string>? Labels() => _values.Label is { Values: [], IsEmptyArray: false } ? null : _values.Label.Values;
}
