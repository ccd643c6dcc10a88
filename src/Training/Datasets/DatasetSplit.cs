namespace FeedbackService.Training.Datasets;

/// <summary>Which examples are trained on and which are held back.</summary>
/// <param name="Train">Indices of the training part, ascending.</param>
/// <param name="Validation">Indices of the validation part, ascending.</param>
public sealed record DatasetSplit(IReadOnlyList<int> Train, IReadOnlyList<int> Validation);
