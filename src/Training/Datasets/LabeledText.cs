using FeedbackService.Model.Tokenization;

namespace FeedbackService.Training.Datasets;

/// <summary>One usable row of a data set.</summary>
/// <param name="Input">The text, or the pair of texts.</param>
/// <param name="Labels">Trimmed label names in the order of the file, without repetitions; empty when the data set is read without labels.</param>
/// <param name="Line">1-based physical line of the file on which the row begins.</param>
public sealed record LabeledText(TextInput Input, IReadOnlyList<string> Labels, long Line);
