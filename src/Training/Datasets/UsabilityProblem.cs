namespace FeedbackService.Training.Datasets;

/// <summary>A reason why a data set cannot be used for something.</summary>
/// <param name="Code">One of the constants of <see cref="DatasetUsability"/>.</param>
/// <param name="Message">What is missing and what to do.</param>
public sealed record UsabilityProblem(string Code, string Message);
