namespace FeedbackService.Testing.Hostile;

/// <summary>An input that was not borne as it should have been.</summary>
/// <param name="Kind">Kind of the input.</param>
/// <param name="Case">Its number in the run: the same seed and number give the same input.</param>
/// <param name="What">What happened.</param>
public sealed record HostileFault(string Kind, long Case, string What);
