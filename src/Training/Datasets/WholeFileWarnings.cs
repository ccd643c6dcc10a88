namespace FeedbackService.Training.Datasets;

/// <summary>Warnings that no single row deserves.</summary>
internal static class WholeFileWarnings
{
    /// <summary>From so many times as many examples of one label as of another on, a classifier may ignore the rare one.</summary>
    public const int Imbalance = 20;

    private const int MaxSimilarGroups = 100;
    private const int ShownLabels = 20;
    private const int ShownCharacters = 60;

    // Below so many rows, as many labels as rows mean a small file rather than a wrong column.
    private const int FewestRowsToJudge = 20;

    /// <summary>The warnings, in a fixed order.</summary>
    public static IEnumerable<DatasetIssue> Of(WholeFile file)
    {
        string? column = file.Reader.Mapping.LabelColumn;
        foreach ((string code, string message) in LabelColumn(file).Concat(Counts(file)).Concat(Spellings(file)))
        {
            yield return new DatasetIssue(IssueSeverity.Warning, null, column, code, message);
        }

        if (file.DuplicatesIncomplete)
        {
            yield return new DatasetIssue(
                IssueSeverity.Warning,
                null,
                file.Reader.Mapping.TextColumn,
                DatasetIssueCodes.DuplicatesIncomplete,
                $"Duplicates were looked for among the first {DatasetValidator.MaxTrackedTexts} different texts only; remove them before the upload if there may be more.");
        }
    }

    private static IEnumerable<(string Code, string Message)> LabelColumn(WholeFile file)
    {
        if (file.ValidRows < FewestRowsToJudge || file.Labels.Count * 2 <= file.ValidRows)
        {
            yield break;
        }

        ColumnMapping mapping = file.Reader.Mapping;
        yield return file.Texts * 2 < file.Labels.Count
            ? (DatasetIssueCodes.ColumnsSwapped, $"'{mapping.TextColumn}' holds {file.Texts} different texts and '{mapping.LabelColumn}' {file.Labels.Count} different labels; are the two swapped? If so, upload the file again with text_column={mapping.LabelColumn} and label_column={mapping.TextColumn}.")
            : (DatasetIssueCodes.LabelsLookLikeTexts, $"'{mapping.LabelColumn}' holds {file.Labels.Count} different labels in {file.ValidRows} rows, as a column of texts would; is it the label column? If not, upload the file again with label_column set to another.");
    }

    private static IEnumerable<(string Code, string Message)> Counts(WholeFile file)
    {
        string[] single = [.. file.Labels.Where(pair => pair.Value == 1).Select(pair => pair.Key).Order(StringComparer.Ordinal)];
        if (single.Length > 0)
        {
            string more = single.Length > ShownLabels ? $" and {single.Length - ShownLabels} more" : "";
            yield return (
                DatasetIssueCodes.SingleExample,
                $"{(single.Length == 1 ? "A label has" : $"{single.Length} labels have")} one example only, which is trained on and cannot be validated; add examples, or remove it: {string.Join(", ", single.Take(ShownLabels).Select(Shown))}{more}.");
        }

        if (file.Labels.Count > 1)
        {
            KeyValuePair<string, long> most = file.Labels.MaxBy(pair => pair.Value);
            KeyValuePair<string, long> least = file.Labels.MinBy(pair => pair.Value);
            if (most.Value >= Imbalance * least.Value && most.Value >= FewestRowsToJudge)
            {
                yield return (
                    DatasetIssueCodes.ClassImbalance,
                    $"'{Shown(most.Key)}' has {most.Value} examples and '{Shown(least.Key)}' {least.Value}; add examples of the rare labels, or train with class_weights.");
            }
        }

        // In JSON an empty list is a statement; an empty field may as well be an accident.
        if (file.Reader.HasLabels && file.Reader.Kind != DatasetKind.Jsonl && file.Unlabelled > 0)
        {
            yield return (
                DatasetIssueCodes.RowsWithoutLabels,
                $"Rows with an empty label field, read as having none of the labels: {file.Unlabelled}. If that is not meant, write their labels.");
        }
    }

    private static IEnumerable<(string Code, string Message)> Spellings(WholeFile file) => file.Similar.Take(MaxSimilarGroups).Select(group => (
        DatasetIssueCodes.SimilarLabels,
        $"These labels look alike; if they are one, write them in one way: {string.Join(", ", group.Take(ShownLabels).Select(label => $"'{Shown(label)}'"))}."));

    private static string Shown(string label) => label.Length <= ShownCharacters ? label : string.Concat(label.AsSpan(0, ShownCharacters), "…");
}
