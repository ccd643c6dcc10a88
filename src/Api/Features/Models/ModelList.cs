namespace FeedbackService.Api.Features.Models;

/// <summary>All models, in the shape of OpenAI's API, which has no pages here.</summary>
/// <param name="Data">Presets, then ready versions, newest first.</param>
public sealed record ModelList(IReadOnlyList<ModelObject> Data)
{
    /// <summary>Always <c>list</c>.</summary>
    public string Object => "list";

    /// <summary>The list is whole.</summary>
    public bool HasMore => false;
}
