namespace FeedbackService.Training.Datasets;

/// <summary>Which columns of a file are read as what.</summary>
/// <param name="TextColumn">Name of the column of the (first) text.</param>
/// <param name="TextPairColumn">Name of the column of the second text; null when there is none.</param>
/// <param name="LabelColumn">Name of the label column; null when the data set is not labelled.</param>
/// <param name="SplitsLabels">Whether <c>a|b</c> in one field means two labels (CSV and TSV).</param>
public sealed record ColumnMapping(string TextColumn, string? TextPairColumn, string? LabelColumn, bool SplitsLabels)
{
    private static readonly string[] TextNames =
    [
        "sentence", "content", "title", "headline", "message", "utterance", "body", "review", "question", "query", "comment",
        "description", "document", "tweet", "post", "input", "sms", "feedback", "文本", "内容", "标题", "句子", "评论",
    ];

    private static readonly string[] LabelNames =
    [
        "category", "categories", "class", "intent", "target", "topic", "sentiment", "emotion", "tag", "tags", "label_name",
        "label_text", "标签", "类别", "分类", "情感",
    ];

    private static readonly (string Text, string Pair)[] PairNames =
        [("text1", "text2"), ("text_a", "text_b"), ("sentence1", "sentence2"), ("question1", "question2"), ("premise", "hypothesis")];

    /// <summary>Decides which of a file's columns are meant.</summary>
    /// <remarks>
    /// A name asked for must be there. Otherwise the names <c>text</c>, <c>text_pair</c>, <c>label</c>, <c>labels</c> win, then the usual
    /// other names, upper or lower case, as long as only one of them occurs.
    /// </remarks>
    /// <exception cref="ColumnMappingException">A column asked for is missing, no text column is found, or several could be meant.</exception>
    public static ColumnMapping Resolve(IReadOnlyList<string> columns, ColumnRequest request)
    {
        string? text = Requested(columns, request.TextColumn, "text_column");
        string? pair = Requested(columns, request.TextPairColumn, "text_pair_column");
        string? label = request.IgnoreLabels ? null : Requested(columns, request.LabelColumn, "label_column");

        if (text is null)
        {
            text = Named(columns, "text", "text_column");
            if (text is null && pair is null && KnownPair(columns) is { } known)
            {
                (text, pair) = known;
            }

            text ??= OnlyOne(columns, TextNames, [pair, label], "text_column") ?? throw new ColumnMappingException(
                ColumnMappingException.NoTextColumn,
                "text_column",
                $"No column is called 'text' or has another usual name for texts. {HeaderHint.For(columns)}Upload the file again with text_column, and label_column if it has labels, set to names of its columns. {Found(columns)}")
            { Columns = columns };
        }

        pair ??= Named(columns, "text_pair", "text_pair_column");
        if (label is null && !request.IgnoreLabels)
        {
            label = Named(columns, "label", "label_column")
                ?? Named(columns, "labels", "label_column")
                ?? OnlyOne(columns, LabelNames, [text, pair], "label_column");
        }

        bool splits = label is not null && (request.MultiLabel ?? label.Equals("labels", StringComparison.OrdinalIgnoreCase));
        return new ColumnMapping(text, pair, label, splits);
    }

    private static string? Requested(IReadOnlyList<string> columns, string? name, string parameter)
    {
        if (name is null)
        {
            return null;
        }

        return Named(columns, name.Trim(), parameter) ?? throw new ColumnMappingException(
            ColumnMappingException.ColumnMissing, parameter, $"There is no column '{Shown(name)}'; set {parameter} to one of the file's columns. {Found(columns)}")
        { Columns = columns };
    }

    private static string? Named(IReadOnlyList<string> columns, string name, string parameter)
    {
        string[] exact = [.. columns.Where(column => column == name)];
        string[] matches = exact.Length > 0 ? exact : [.. columns.Where(column => column.Equals(name, StringComparison.OrdinalIgnoreCase))];
        return matches.Length <= 1 ? matches.FirstOrDefault() : throw Several(columns, matches, parameter);
    }

    private static (string Text, string Pair)? KnownPair(IReadOnlyList<string> columns)
    {
        foreach ((string text, string pair) in PairNames)
        {
            if (Named(columns, text, "text_column") is { } first && Named(columns, pair, "text_pair_column") is { } second)
            {
                return (first, second);
            }
        }

        return null;
    }

    private static string? OnlyOne(IReadOnlyList<string> columns, string[] usual, string?[] taken, string parameter)
    {
        string[] matches =
            [.. columns.Where(column => usual.Contains(column, StringComparer.OrdinalIgnoreCase) && !taken.Contains(column))];
        return matches.Length <= 1 ? matches.FirstOrDefault() : throw Several(columns, matches, parameter);
    }

    private static ColumnMappingException Several(IReadOnlyList<string> columns, string[] matches, string parameter) => new(
        ColumnMappingException.Ambiguous,
        parameter,
        $"{string.Join(", ", matches.Take(10).Select(match => $"'{Shown(match)}'"))} could all be meant. Upload the file again with {parameter} set to one of them{Twins(matches)}. {Found(columns)}")
    { Columns = columns };

    private static string Twins(string[] matches) =>
        matches.Distinct(StringComparer.Ordinal).Count() < matches.Length ? ", after giving columns of the same name different ones" : "";

    private static string Found(IReadOnlyList<string> columns) => columns.Count == 0
        ? "No columns were found."
        : $"Columns found: {string.Join(", ", columns.Take(20).Select(Shown))}{(columns.Count > 20 ? $" and {columns.Count - 20} more" : "")}.";

    // A file without a header shows its first row here: enough to recognise, not enough to fill an error body.
    internal static string Shown(string name) => name.Length <= 40 ? name : string.Concat(name.AsSpan(0, 40), "…");
}
