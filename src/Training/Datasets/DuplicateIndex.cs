namespace FeedbackService.Training.Datasets;

/// <summary>Finds texts that were there before, by fingerprints: about 50 bytes per different text, and none beyond a limit.</summary>
internal sealed class DuplicateIndex(int maxTexts)
{
    private readonly Dictionary<ulong, (uint Labels, uint Line)> _seen = [];

    /// <summary>Different texts remembered.</summary>
    public long Texts => _seen.Count;

    /// <summary>Rows that repeat a text and its labels.</summary>
    public long Duplicates { get; private set; }

    /// <summary>Rows that repeat a text with other labels.</summary>
    public long Conflicts { get; private set; }

    /// <summary>True when later rows are not remembered any more.</summary>
    public bool IsFull { get; private set; }

    /// <summary>Notes a row; the warning it deserves, or null when its text is new.</summary>
    public DatasetIssue? Add(RowEntry row, string textColumn)
    {
        if (_seen.TryGetValue(row.Text, out (uint Labels, uint Line) first))
        {
            bool same = first.Labels == row.Labels;
            Duplicates += same ? 1 : 0;
            Conflicts += same ? 0 : 1;
            return same
                ? Warning(row.Line, textColumn, DatasetIssueCodes.DuplicateText, $"The same text with the same labels stands on line {first.Line}; remove one of the two.")
                : Warning(row.Line, textColumn, DatasetIssueCodes.ConflictingLabels, $"The same text stands on line {first.Line} with other labels; decide which is right and remove the other row.");
        }

        if (_seen.Count < maxTexts)
        {
            _seen.Add(row.Text, (row.Labels, (uint)Math.Min(row.Line, uint.MaxValue)));
        }
        else
        {
            IsFull = true;
        }

        return null;
    }

    private static DatasetIssue Warning(long line, string column, string code, string message) =>
        new(IssueSeverity.Warning, line, column, code, message);
}
