namespace FeedbackService.Training.Options;

/// <summary>Values of one option worth trying in a hyper-parameter search.</summary>
/// <param name="Low">Lower end; null for a list of values.</param>
/// <param name="High">Upper end; null for a list of values.</param>
/// <param name="Logarithmic">Draw uniformly in the logarithm.</param>
/// <param name="Integer">Round to whole numbers.</param>
/// <param name="Values">Wire values of an enumeration; null for a range.</param>
public sealed record SearchRange(double? Low, double? High, bool Logarithmic, bool Integer, IReadOnlyList<string>? Values);
