namespace FeedbackService.Api.Storage.Contents;

/// <summary>Keys as text.</summary>
internal static class ContentKeys
{
    /// <summary>The first segments of a key; all of it when it has no more.</summary>
    public static string Shorten(string key, int segments) => string.Join('/', key.Split('/').Take(segments));
}
