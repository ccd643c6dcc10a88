namespace FeedbackService.Training.Datasets;

/// <summary>Rows of a file of JSON lines.</summary>
internal sealed class JsonRowSource(ByteWindow window, ColumnMapping mapping, DatasetLimits limits) : IRowSource
{
    private readonly JsonLineReader _lines = new(window, limits);
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
            row = RowAssembler.Fail(fault.Line, _lines.FaultKey, fault.Code, fault.Message);
            return true;
        }

        SawLabelList |= _values.Label.IsArray;
        row = _assembler.Assemble(_lines.Line, _values.Text.First, _values.Pair.First, _values.Label.Values);
        return true;
    }
}
