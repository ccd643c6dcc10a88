namespace FeedbackService.Training.Datasets;

/// <summary>
/// Looks at every row of a file once. Issues go to a sink as they are found; what is kept grows with the labels, and with the different
/// texts by about 50 bytes each up to a limit, never with the file's size.
/// </summary>
public static class DatasetValidator
{
    /// <summary>Most different labels; more are an error, most likely of the choice of column.</summary>
    public const int MaxLabels = 10_000;

    /// <summary>Most different texts among which duplicates are looked for: about 100 MB.</summary>
    public const int MaxTrackedTexts = 2_000_000;

    /// <summary>Validates a file.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="columns">Columns asked for; null: found by name.</param>
    /// <param name="issues">Takes every issue; only as many as the report's <see cref="ValidationReport.IssueCount"/>.</param>
    /// <param name="limits">Limits per row; null: <see cref="DatasetLimits.Default"/>.</param>
    /// <param name="cancellationToken">Ends the pass between two rows.</param>
    /// <exception cref="UnreadableDatasetException">The file is no data set at all.</exception>
    /// <exception cref="ColumnMappingException">It is not clear which columns are meant.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ValidationReport Validate(
        string path, ColumnRequest? columns, IValidationIssueSink issues, DatasetLimits? limits = null, CancellationToken cancellationToken = default)
    {
        using DatasetReader reader = DatasetReader.Open(path, columns, limits);
        return Validate(reader, issues, null, cancellationToken);
    }

    /// <summary>Validates what an open reader reads, in one pass of it.</summary>
    /// <param name="reader">The reader; stays open.</param>
    /// <param name="issues">Takes every issue.</param>
    /// <param name="rows">Takes an entry for every row; null: nobody wants them.</param>
    /// <param name="cancellationToken">Ends the pass between two rows.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ValidationReport Validate(
        DatasetReader reader, IValidationIssueSink issues, IRowEntrySink? rows = null, CancellationToken cancellationToken = default)
    {
        var counted = new CountingSink(issues);
        var duplicates = new DuplicateIndex(MaxTrackedTexts);
        var labels = new Dictionary<string, long>(StringComparer.Ordinal);
        var lengths = new TextLengths();
        long count = 0;
        long valid = 0;
        long unlabelled = 0;
        long several = 0;
        bool tooManyLabels = false;

        foreach (DatasetRow row in reader.ReadRows(cancellationToken))
        {
            count++;
            foreach (DatasetIssue issue in row.Issues)
            {
                counted.Add(issue);
            }

            RowEntry entry = RowEntry.Of(row);
            rows?.Add(entry);
            if (row.Text is not { } text)
            {
                continue;
            }

            valid++;
            unlabelled += text.Labels.Count == 0 ? 1 : 0;
            several += text.Labels.Count > 1 ? 1 : 0;
            lengths.Add(text.Input);
            if (!CountLabels(text.Labels, labels) && !tooManyLabels)
            {
                tooManyLabels = true;
                counted.Add(new DatasetIssue(
                    IssueSeverity.Error,
                    text.Line,
                    reader.Mapping.LabelColumn,
                    DatasetIssueCodes.TooManyLabels,
                    $"There are more than {MaxLabels} different labels; is this the label column? Labels from here on are not counted."));
            }

            if (duplicates.Add(entry, reader.Mapping.TextColumn) is { } repetition)
            {
                counted.Add(repetition);
            }
        }

        IReadOnlyList<IReadOnlyList<string>> similar = SimilarLabels.Find(labels.Keys);
        var whole = new WholeFile(reader, labels, similar, valid, unlabelled, duplicates.Texts, duplicates.IsFull);
        foreach (DatasetIssue warning in WholeFileWarnings.Of(whole))
        {
            counted.Add(warning);
        }

        return new ValidationReport
        {
            Rows = count,
            ValidRows = valid,
            Labels = Sorted(labels),
            RowsWithoutLabels = reader.HasLabels ? unlabelled : 0,
            RowsWithSeveralLabels = several,
            IssueCount = counted.Count,
            ErrorCount = counted.Errors,
            WarningCount = counted.Count - counted.Errors,
            IssueCounts = counted.ByCode,
            Duplicates = duplicates.Duplicates,
            Conflicts = duplicates.Conflicts,
            SimilarLabels = similar,
            LengthHistogram = lengths.Histogram(),
            Truncation = lengths.Truncation(),
            HasLabels = reader.HasLabels,
            MultiLabel = reader.IsMultiLabel,
            Statistics = lengths.Statistics(),
        };
    }

    private static bool CountLabels(IReadOnlyList<string> row, Dictionary<string, long> labels)
    {
        bool all = true;
        foreach (string label in row)
        {
            if (labels.TryGetValue(label, out long count) || labels.Count < MaxLabels)
            {
                labels[label] = count + 1;
            }
            else
            {
                all = false;
            }
        }

        return all;
    }

    private static OrderedDictionary<string, long> Sorted(Dictionary<string, long> labels) =>
        new(labels.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal), StringComparer.Ordinal);

    private sealed class CountingSink(IValidationIssueSink next) : IValidationIssueSink
    {
        public long Count { get; private set; }

        public long Errors { get; private set; }

        public SortedDictionary<string, long> ByCode { get; } = new(StringComparer.Ordinal);

        public void Add(DatasetIssue issue)
        {
            Count++;
            ByCode[issue.Code] = ByCode.GetValueOrDefault(issue.Code) + 1;
            Errors += issue.Severity == IssueSeverity.Error ? 1 : 0;
            next.Add(issue);
        }
    }
}
