namespace FeedbackService.Api.Hosting;

/// <summary>How log lines look.</summary>
public enum LogFormat
{
    /// <summary>For people.</summary>
    Text,

    /// <summary>One JSON object per line, for machines.</summary>
    Json,
}
