namespace FeedbackService.Api.Storage.Contents;

/// <summary>The store of artifacts and files does not answer, or refuses. Trying again later may help.</summary>
internal sealed class ContentStoreException : IOException
{
    /// <summary>Takes what happened, for the log.</summary>
    public ContentStoreException(string message)
        : base(message)
    {
    }

    /// <summary>Takes what happened, for the log, and the cause.</summary>
    public ContentStoreException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
