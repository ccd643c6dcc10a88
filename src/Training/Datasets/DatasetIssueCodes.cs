namespace FeedbackService.Training.Datasets;

/// <summary>Stable codes of <see cref="DatasetIssue"/>; clients may switch on them.</summary>
public static class DatasetIssueCodes
{
    /// <summary>Bytes that are not UTF-8.</summary>
    public const string InvalidUtf8 = "invalid_utf8";

    /// <summary>A NUL character, raw or escaped.</summary>
    public const string NulCharacter = "nul_character";

    /// <summary>A field beyond <see cref="DatasetLimits.MaxFieldBytes"/>.</summary>
    public const string FieldTooLong = "field_too_long";

    /// <summary>A row beyond <see cref="DatasetLimits.MaxRecordBytes"/>.</summary>
    public const string LineTooLong = "line_too_long";

    /// <summary>More columns or keys than <see cref="DatasetLimits.MaxColumns"/>.</summary>
    public const string TooManyColumns = "too_many_columns";

    /// <summary>More or fewer fields than the header has.</summary>
    public const string ColumnCount = "column_count";

    /// <summary>A quoted field that never ends.</summary>
    public const string UnterminatedQuote = "unterminated_quote";

    /// <summary>Something other than a separator after a closing quote.</summary>
    public const string MalformedQuote = "malformed_quote";

    /// <summary>Warning: a quote inside a field that is not quoted, taken literally.</summary>
    public const string StrayQuote = "stray_quote";

    /// <summary>A line that is not JSON.</summary>
    public const string JsonInvalid = "json_invalid";

    /// <summary>A line of JSON that is not an object.</summary>
    public const string JsonNotObject = "json_not_object";

    /// <summary>A line nested deeper than <see cref="DatasetLimits.MaxJsonDepth"/>.</summary>
    public const string JsonTooDeep = "json_too_deep";

    /// <summary>A key given twice.</summary>
    public const string JsonDuplicateKey = "json_duplicate_key";

    /// <summary>A value of a kind that cannot be a text or a label.</summary>
    public const string WrongType = "wrong_type";

    /// <summary>A row without a text.</summary>
    public const string TextEmpty = "text_empty";

    /// <summary>A row without a label in a data set that has them.</summary>
    public const string LabelMissing = "label_missing";

    /// <summary>A label beyond <see cref="DatasetLimits.MaxLabelCharacters"/>.</summary>
    public const string LabelTooLong = "label_too_long";

    /// <summary>More different labels, or more labels on one row, than can be handled.</summary>
    public const string TooManyLabels = "too_many_labels";

    /// <summary>Warning: the same text with the same labels stood on an earlier line.</summary>
    public const string DuplicateText = "duplicate_text";

    /// <summary>Warning: the same text stood on an earlier line with other labels.</summary>
    public const string ConflictingLabels = "conflicting_labels";

    /// <summary>Warning: rows of a CSV or TSV file for several labels whose label field is empty, read as "none of them".</summary>
    public const string RowsWithoutLabels = "rows_without_labels";

    /// <summary>Warning: almost as many labels as rows, as in a column of texts.</summary>
    public const string LabelsLookLikeTexts = "labels_look_like_texts";

    /// <summary>Warning: few different texts and many different labels; the columns seem to be swapped.</summary>
    public const string ColumnsSwapped = "columns_swapped";

    /// <summary>Warning: a label with very many more examples than another.</summary>
    public const string ClassImbalance = "class_imbalance";

    /// <summary>Warning: labels that look like spellings of one.</summary>
    public const string SimilarLabels = "similar_labels";

    /// <summary>Warning: a label with a single example.</summary>
    public const string SingleExample = "single_example";

    /// <summary>Warning: so many rows that duplicates were only looked for among the first.</summary>
    public const string DuplicatesIncomplete = "duplicates_incomplete";
}
