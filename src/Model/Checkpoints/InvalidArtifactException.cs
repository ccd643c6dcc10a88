namespace FeedbackService.Model.Checkpoints;

/// <summary>An artifact folder is not what its manifest says, or not what this version can read.</summary>
public sealed class InvalidArtifactException : Exception
{
    /// <summary>Names the file and what is wrong with it.</summary>
    public InvalidArtifactException(string file, string reason, Exception? inner = null)
        : base($"The artifact's {file} cannot be used: {reason}", inner)
    {
        File = file;
    }

    /// <summary>Name of the file within the folder.</summary>
    public string File { get; }
}
