namespace FeedbackService.Model.HuggingFace;

/// <summary>A checkpoint in Hugging Face layout cannot be read, or not be turned into a model of ours.</summary>
public sealed class InvalidCheckpointException : Exception
{
    /// <summary>Names the file.</summary>
    /// <param name="file">Name of the file within the checkpoint.</param>
    /// <param name="reason">What is wrong and, where something can be done, what to do.</param>
    /// <param name="inner">What noticed it, if anything did.</param>
    public InvalidCheckpointException(string file, string reason, Exception? inner = null)
        : base($"{file}: {reason}", inner) => File = file;

    /// <summary>Name of the file within the checkpoint.</summary>
    public string File { get; }
}
