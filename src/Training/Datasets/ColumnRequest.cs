namespace FeedbackService.Training.Datasets;

/// <summary>Which columns somebody asked for; what is null is found by name.</summary>
public sealed record ColumnRequest
{
    /// <summary>Nothing asked for: every column is found by name.</summary>
    public static ColumnRequest Automatic { get; } = new();

    /// <summary>Column of the (first) text; null: found by name.</summary>
    public string? TextColumn { get; init; }

    /// <summary>Column of the second text of a pair; null: found by name, and none if there is no such column.</summary>
    public string? TextPairColumn { get; init; }

    /// <summary>Column of the label or labels; null: found by name, and none if there is no such column.</summary>
    public string? LabelColumn { get; init; }

    /// <summary>Whether <c>a|b</c> in a CSV or TSV field means two labels; null: only in a column called <c>labels</c>.</summary>
    public bool? MultiLabel { get; init; }

    /// <summary>True to read texts only, as pre-training and batches do; rows without a label are then fine.</summary>
    public bool IgnoreLabels { get; init; }
}
