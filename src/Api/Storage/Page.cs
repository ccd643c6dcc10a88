namespace FeedbackService.Api.Storage;

/// <summary>One page of a list, in the order of the list.</summary>
/// <param name="Items">The rows.</param>
/// <param name="HasMore">Whether rows follow after the last one.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, bool HasMore)
{
    /// <summary>Makes a page from a query that asked for one row more than the limit.</summary>
    public static Page<T> Of(List<T> rows, int limit) =>
        rows.Count > limit ? new(rows[..limit], true) : new(rows, false);
}
