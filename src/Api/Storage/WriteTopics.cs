namespace FeedbackService.Api.Storage;

/// <summary>Names of topics as the database has them.</summary>
internal static class WriteTopics
{
    /// <summary>Lower case.</summary>
    public static string Name(this WriteTopic topic) => topic.ToString().ToLowerInvariant();
}
