namespace FeedbackService.Api.Storage.Entities;

/// <summary>What a job does.</summary>
public enum JobKind
{
    /// <summary>Fine-tunes a model.</summary>
    Train,

    /// <summary>Runs a model over a labelled file.</summary>
    Evaluate,

    /// <summary>Answers one asynchronous classification request.</summary>
    Classify,

    /// <summary>Answers a file of requests.</summary>
    Batch,

    /// <summary>Fetches a checkpoint from a hub and makes a version of it.</summary>
    Import,
}
