namespace FeedbackService.Api.Features.Models;

/// <summary>A model, in the shape of OpenAI's API.</summary>
/// <param name="Id">A preset's id, or <c>name:version</c>.</param>
/// <param name="Created">Unix seconds; 0 for presets.</param>
/// <param name="OwnedBy">feedbackservice for presets, local for versions.</param>
public sealed record ModelObject(string Id, long Created, string OwnedBy)
{
    /// <summary>Always <c>model</c>.</summary>
    public string Object => "model";
}
