namespace FeedbackService.Training.Options;

/// <summary>One or more training options are unknown, out of range or do not fit together; all failures at once.</summary>
public sealed class InvalidOptionsException : Exception
{
    /// <summary>Collects the failures.</summary>
    /// <param name="errors">Message per option name, at least one.</param>
    public InvalidOptionsException(IReadOnlyDictionary<string, string> errors)
        : base(string.Join(" ", (errors ?? throw new ArgumentNullException(nameof(errors))).Select(error => $"{error.Key}: {error.Value}"))) => Errors = errors;

    /// <summary>What is wrong with each option, by its name on the wire.</summary>
    public IReadOnlyDictionary<string, string> Errors { get; }
}
