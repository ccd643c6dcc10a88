namespace FeedbackService.Api.Serving;

/// <summary>Who waits for the answer. Background work runs when no interactive work is queued.</summary>
public enum WorkPriority
{
    /// <summary>A caller holds a connection open.</summary>
    Interactive,

    /// <summary>A job: evaluation, batch, asynchronous classification.</summary>
    Background,
}
