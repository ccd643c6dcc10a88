namespace FeedbackService.Api.Serving;

/// <summary>How a request to the engine ended.</summary>
internal enum RequestOutcome
{
    /// <summary>All its texts were answered.</summary>
    Answered,

    /// <summary>There was no room for it: 429.</summary>
    Refused,

    /// <summary>Its caller went away, or the service stopped.</summary>
    Cancelled,

    /// <summary>The model could not be loaded, or a text failed.</summary>
    Failed,
}
