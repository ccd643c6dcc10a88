using System.Text.Json.Serialization;

namespace FeedbackService.Training.Datasets;

/// <summary>What a whole pass over a file found, without the issues themselves, which went to the sink. Survives JSON.</summary>
public sealed record ValidationReport
{
    /// <summary>Rows behind the header, good and bad; blank lines do not count.</summary>
    [JsonPropertyName("rows")]
    public required long Rows { get; init; }

    /// <summary>Rows without an error.</summary>
    [JsonPropertyName("valid_rows")]
    public required long ValidRows { get; init; }

    /// <summary>Usable rows per label, the most frequent first; empty without a label column.</summary>
    [JsonPropertyName("labels")]
    public required IReadOnlyDictionary<string, long> Labels { get; init; }

    /// <summary>Usable rows that say none of the labels fits them; only where rows may carry several.</summary>
    [JsonPropertyName("rows_without_labels")]
    public long RowsWithoutLabels { get; init; }

    /// <summary>Usable rows with more than one label.</summary>
    [JsonPropertyName("rows_with_several_labels")]
    public long RowsWithSeveralLabels { get; init; }

    /// <summary>Number of issues, warnings included.</summary>
    [JsonPropertyName("issue_count")]
    public required long IssueCount { get; init; }

    /// <summary>Number of issues that are errors.</summary>
    [JsonPropertyName("error_count")]
    public required long ErrorCount { get; init; }

    /// <summary>Number of issues that are warnings.</summary>
    [JsonPropertyName("warning_count")]
    public long WarningCount { get; init; }

    /// <summary>Number of issues per code.</summary>
    [JsonPropertyName("issue_counts")]
    public IReadOnlyDictionary<string, long> IssueCounts { get; init; } = new Dictionary<string, long>();

    /// <summary>Rows whose text stood on an earlier line with the same labels. Case, width and white space make no difference.</summary>
    [JsonPropertyName("duplicates")]
    public required long Duplicates { get; init; }

    /// <summary>Rows whose text stood on an earlier line with other labels.</summary>
    [JsonPropertyName("conflicts")]
    public required long Conflicts { get; init; }

    /// <summary>Groups of labels that look like spellings of one.</summary>
    [JsonPropertyName("similar_labels")]
    public required IReadOnlyList<IReadOnlyList<string>> SimilarLabels { get; init; }

    /// <summary>Lengths of the usable texts, without gaps, up to the longest.</summary>
    [JsonPropertyName("length_histogram")]
    public required IReadOnlyList<LengthBucket> LengthHistogram { get; init; }

    /// <summary>Share of the usable texts that lengths of 32 to 1,024 tokens would cut, by an estimate of word pieces.</summary>
    [JsonPropertyName("truncation")]
    public IReadOnlyList<TruncatedShare> Truncation { get; init; } = [];

    /// <summary>Whether a label column was read.</summary>
    [JsonPropertyName("has_labels")]
    public required bool HasLabels { get; init; }

    /// <summary>Whether rows may carry several labels.</summary>
    [JsonPropertyName("multi_label")]
    public required bool MultiLabel { get; init; }

    /// <summary>What the texts are like.</summary>
    [JsonPropertyName("statistics")]
    public required DatasetStatistics Statistics { get; init; }
}
