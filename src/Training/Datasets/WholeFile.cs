namespace FeedbackService.Training.Datasets;

/// <summary>What is known of a file when its last row has been read.</summary>
/// <param name="Reader">How it was read.</param>
/// <param name="Labels">Usable rows per label.</param>
/// <param name="Similar">Groups of labels that look alike.</param>
/// <param name="ValidRows">Usable rows.</param>
/// <param name="Unlabelled">Those without a label.</param>
/// <param name="Texts">Different texts.</param>
/// <param name="DuplicatesIncomplete">There were more texts than are remembered.</param>
internal sealed record WholeFile(
    DatasetReader Reader,
    IReadOnlyDictionary<string, long> Labels,
    IReadOnlyList<IReadOnlyList<string>> Similar,
    long ValidRows,
    long Unlabelled,
    long Texts,
    bool DuplicatesIncomplete);
