namespace FeedbackService.Model.Checkpoints;

/// <summary>A file is not a safetensors file that may be read.</summary>
public sealed class InvalidSafetensorsException : Exception
{
    /// <summary>Names the rule that failed and how.</summary>
    public InvalidSafetensorsException(SafetensorsRule rule, string reason, Exception? inner = null)
        : base($"Not a valid safetensors file (rule {(int)rule}, {rule}): {reason}", inner)
    {
        Rule = rule;
    }

    /// <summary>The rule that failed.</summary>
    public SafetensorsRule Rule { get; }
}
