namespace FeedbackService.Training.Datasets;

/// <summary>What one row of a file turned out to be.</summary>
/// <param name="Line">1-based physical line on which the row begins.</param>
/// <param name="Text">The usable content; null when an issue is an error.</param>
/// <param name="Issues">What is wrong with the row; empty for most rows.</param>
public readonly record struct DatasetRow(long Line, LabeledText? Text, IReadOnlyList<DatasetIssue> Issues)
{
    /// <summary>Byte of the file at which the row begins.</summary>
    public long Offset { get; init; }
}
