namespace FeedbackService.Api.Events;

/// <summary>Tells those who follow jobs in this process that one has news. Losing it costs only the time until their next look.</summary>
internal sealed class JobEventSignal
{
    /// <summary>Given the job's id, on the thread that has committed: must be quick.</summary>
    public event Action<string>? Appended;

    /// <summary>Events of a job are committed.</summary>
    public void Raise(string jobId) => Appended?.Invoke(jobId);
}
