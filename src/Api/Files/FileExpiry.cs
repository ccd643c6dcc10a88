namespace FeedbackService.Api.Files;

/// <summary>How long a user may ask for a file to be kept; OpenAI's limits.</summary>
internal static class FileExpiry
{
    /// <summary>The only moment it can be counted from: the making of the file.</summary>
    public const string CreatedAt = "created_at";

    /// <summary>In seconds: an hour.</summary>
    public const long Shortest = 3600;

    /// <summary>In seconds: thirty days.</summary>
    public const long Longest = 30 * 24 * 3600;

    /// <summary>Whether this can be asked for.</summary>
    /// <param name="anchor">From when it is counted.</param>
    /// <param name="seconds">For how long.</param>
    public static bool Allows(string? anchor, long? seconds) => anchor == CreatedAt && seconds is >= Shortest and <= Longest;
}
