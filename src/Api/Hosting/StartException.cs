namespace FeedbackService.Api.Hosting;

/// <summary>The process cannot start; the message is all a person needs to see.</summary>
public class StartException : Exception
{
    /// <summary>A reason not to start.</summary>
    /// <param name="message">What is wrong and what to do, in a sentence or two.</param>
    public StartException(string message)
        : base(message)
    {
    }

    /// <summary>A reason not to start.</summary>
    /// <param name="message">What is wrong and what to do, in a sentence or two.</param>
    /// <param name="innerException">The cause; not shown.</param>
    public StartException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
