namespace FeedbackService.Training.Loop;

/// <summary>The parts of the data, ready for the model.</summary>
/// <param name="Train">The training part.</param>
/// <param name="Validation">The validation part; may be empty.</param>
internal sealed record EncodedSplit(IReadOnlyList<EncodedExample> Train, IReadOnlyList<EncodedExample> Validation);
