namespace FeedbackService.Api.Http;

/// <summary>Something is gone.</summary>
/// <param name="Id">Which.</param>
/// <param name="Object">What it was.</param>
public sealed record DeletedObject(string Id, string Object)
{
    /// <summary>Always true.</summary>
    public bool Deleted => true;
}
