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

    private const int MaxSimilarGroups = 100;
    private const int ShownLabels = 20;

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
        return Validate(reader, issues, cancellationToken);
    }

    /// <summary>Validates what an open reader reads, in one pass of it.</summary>
    /// <param name="reader">The reader; stays open.</param>
    /// <param name="issues">Takes every issue.</param>
    /// <param name="cancellationToken">Ends the pass between two rows.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ValidationReport Validate(DatasetReader reader, IValidationIssueSink issues, CancellationToken cancellationToken = default)
    {
        var counted = new CountingSink(issues);
        var duplicates = new DuplicateIndex(MaxTrackedTexts);
        var labels = new Dictionary<string, long>(StringComparer.Ordinal);
        var lengths = new TextLengths();
        long rows = 0;
        long valid = 0;
        bool tooManyLabels = false;

        foreach (DatasetRow row in reader.ReadRows(cancellationToken))
        {
            rows++;
            foreach (DatasetIssue issue in row.Issues)
            {
                counted.Add(issue);
            }

            if (row.Text is not { } text)
            {
                continue;
            }

            valid++;
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

            if (duplicates.Add(text, reader.Mapping.TextColumn) is { } repetition)
            {
                counted.Add(repetition);
            }
        }

        IReadOnlyList<IReadOnlyList<string>> similar = SimilarLabels.Find(labels.Keys);
        WarnOfTheWhole(counted, reader.Mapping.LabelColumn, labels, similar, duplicates.IsFull);
        return new ValidationReport
        {
            Rows = rows,
            ValidRows = valid,
            Labels = Sorted(labels),
            IssueCount = counted.Count,
            ErrorCount = counted.Errors,
            Duplicates = duplicates.Duplicates,
            Conflicts = duplicates.Conflicts,
            SimilarLabels = similar,
            LengthHistogram = lengths.Histogram(),
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

    private static void WarnOfTheWhole(
        CountingSink issues, string? column, Dictionary<string, long> labels, IReadOnlyList<IReadOnlyList<string>> similar, bool duplicatesIncomplete)
    {
        string[] single = [.. labels.Where(pair => pair.Value == 1).Select(pair => pair.Key).Order(StringComparer.Ordinal)];
        if (single.Length > 0)
        {
            string more = single.Length > ShownLabels ? $" and {single.Length - ShownLabels} more" : "";
            Warn(
                DatasetIssueCodes.SingleExample,
                $"{(single.Length == 1 ? "A label has" : $"{single.Length} labels have")} one example only, which is trained on and cannot be validated: {string.Join(", ", single.Take(ShownLabels))}{more}.");
        }

        foreach (IReadOnlyList<string> group in similar.Take(MaxSimilarGroups))
        {
            Warn(DatasetIssueCodes.SimilarLabels, $"These labels look alike; are they one? {string.Join(", ", group.Take(ShownLabels).Select(label => $"'{label}'"))}");
        }

        if (duplicatesIncomplete)
        {
            Warn(DatasetIssueCodes.DuplicatesIncomplete, $"Duplicates were looked for among the first {MaxTrackedTexts} different texts only.");
        }

        void Warn(string code, string message) => issues.Add(new DatasetIssue(IssueSeverity.Warning, null, column, code, message));
    }

    private static OrderedDictionary<string, long> Sorted(Dictionary<string, long> labels) =>
        new(labels.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal), StringComparer.Ordinal);

    private sealed class CountingSink(IValidationIssueSink next) : IValidationIssueSink
    {
        public long Count { get; private set; }

        public long Errors { get; private set; }

        public void Add(DatasetIssue issue)
        {
            Count++;
            Errors += issue.Severity == IssueSeverity.Error ? 1 : 0;
            next.Add(issue);
        }
    }
}
