namespace FeedbackService.Model.Configuration;

/// <summary>A configuration whose parts do not fit together. Names every fault, with the offending values.</summary>
public sealed class InvalidConfigurationException : Exception
{
    /// <summary>Makes the exception from one or more faults.</summary>
    public InvalidConfigurationException(IReadOnlyList<string> faults)
        : base("The classifier's configuration is invalid: " + string.Join(" ", faults))
    {
        Faults = faults;
    }

    /// <summary>One sentence per fault.</summary>
    public IReadOnlyList<string> Faults { get; }
}
