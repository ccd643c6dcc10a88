using System.ComponentModel.DataAnnotations;

namespace FeedbackService.Api.Events;

/// <summary>How jobs are followed live. Section <c>Events</c>.</summary>
internal sealed class EventFeedOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Events";

    /// <summary>Longest silence of a stream before a comment tells proxies and readers that it lives. Default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How often followed jobs are looked at for news of other processes; this process's own news come at once. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan LookEvery { get; set; } = TimeSpan.FromSeconds(1);
}
