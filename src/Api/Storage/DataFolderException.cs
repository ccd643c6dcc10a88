namespace FeedbackService.Api.Storage;

/// <summary>The data folder or its database cannot be used. The message says why and what to do; the process should end with it.</summary>
public sealed class DataFolderException : Exception
{
    /// <summary>Takes the message for the operator and the cause.</summary>
    public DataFolderException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
