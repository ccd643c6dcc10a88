namespace FeedbackService.Api.Storage.Contents;

/// <summary>How a conditional upload ended.</summary>
internal enum S3PutResult
{
    /// <summary>The object is there now, and was not before.</summary>
    Stored,

    /// <summary>There was one already (412); it is as it was.</summary>
    Exists,

    /// <summary>Somebody else is uploading it just now (409).</summary>
    Busy,
}
