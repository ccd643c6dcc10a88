using FeedbackService.Api.Storage;

namespace FeedbackService.Api.Http;

/// <summary>Makes pages for the wire.</summary>
internal static class ListPages
{
    /// <summary>A page whose items are made from stored rows.</summary>
    /// <param name="page">The rows.</param>
    /// <param name="id">Cursor of a row.</param>
    /// <param name="item">What a row looks like on the wire.</param>
    public static ListPage<TItem> ToList<TRow, TItem>(this Page<TRow> page, Func<TRow, string> id, Func<TRow, TItem> item) => new(
        [.. page.Items.Select(item)],
        page.Items.Count > 0 ? id(page.Items[0]) : null,
        page.Items.Count > 0 ? id(page.Items[^1]) : null,
        page.HasMore);

    /// <summary>A list that is whole.</summary>
    public static ListPage<TItem> Whole<TItem>(IReadOnlyList<TItem> items, Func<TItem, string> id) =>
        new(items, items.Count > 0 ? id(items[0]) : null, items.Count > 0 ? id(items[^1]) : null, false);
}
