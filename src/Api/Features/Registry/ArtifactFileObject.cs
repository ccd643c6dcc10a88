namespace FeedbackService.Api.Features.Registry;

/// <summary>A file of a version.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Bytes">Its size.</param>
public sealed record ArtifactFileObject(string Name, long Bytes)
{
    /// <summary>Always <c>registry.artifact</c>.</summary>
    public string Object => "registry.artifact";
}
