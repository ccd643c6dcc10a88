namespace FeedbackService.Api.Features.Files;

/// <summary>A file is gone.</summary>
/// <param name="Id">Which.</param>
public sealed record DeletedFile(string Id)
{
    /// <summary>Always <c>file</c>.</summary>
    public string Object => "file";

    /// <summary>Always true.</summary>
    public bool Deleted => true;
}
