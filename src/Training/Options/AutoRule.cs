namespace FeedbackService.Training.Options;

/// <summary>How an option's value follows from the data when nobody gives it.</summary>
/// <param name="Description">The rule in words, for the schema.</param>
/// <param name="Resolve">The rule in numbers, from the facts and the options decided before it (in the order of the catalog).</param>
public sealed record AutoRule(string Description, Func<DataFacts, TrainingOptions, object> Resolve);
