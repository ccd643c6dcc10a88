namespace FeedbackService.Testing;

/// <summary>Signals that tests send, by their numbers on Linux.</summary>
public enum ProcessSignal
{
    /// <summary>Nothing of the process runs after it.</summary>
    Kill = 9,

    /// <summary>The request to end.</summary>
    Terminate = 15,

    /// <summary>Goes on after <see cref="Stop"/>.</summary>
    Continue = 18,

    /// <summary>Stands still.</summary>
    Stop = 19,
}
