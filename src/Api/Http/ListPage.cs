namespace FeedbackService.Api.Http;

/// <summary>A page of a list, newest first unless the route says otherwise.</summary>
/// <param name="Data">The items.</param>
/// <param name="FirstId">Id of the first item; null when there is none.</param>
/// <param name="LastId">Id of the last item, to be given as <c>after</c> for the next page; null when there is none.</param>
/// <param name="HasMore">There are items after the last.</param>
public sealed record ListPage<T>(IReadOnlyList<T> Data, string? FirstId, string? LastId, bool HasMore)
{
    /// <summary>Always <c>list</c>.</summary>
    public string Object => "list";
}
