using FeedbackService.Api.Hosting;

namespace FeedbackService.Api.Storage;

/// <summary>The data folder or its database cannot be used. The message says why and what to do; the process should end with it.</summary>
public sealed class DataFolderException : StartException
{
    /// <summary>Takes the message for the operator and the cause.</summary>
    public DataFolderException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Takes the message for the operator.</summary>
    public DataFolderException(string message)
        : base(message)
    {
    }
}
