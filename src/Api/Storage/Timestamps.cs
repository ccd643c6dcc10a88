namespace FeedbackService.Api.Storage;

/// <summary>Times as they are stored: integer UTC microseconds since 1970, sortable on every database.</summary>
public static class Timestamps
{
    private const long TicksPerMicrosecond = TimeSpan.TicksPerMillisecond / 1000;

    /// <summary>Now, in UTC microseconds.</summary>
    public static long NowMicroseconds(this TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        return (clock.GetUtcNow().Ticks - DateTimeOffset.UnixEpoch.Ticks) / TicksPerMicrosecond;
    }

    /// <summary>A duration in microseconds.</summary>
    public static long ToMicroseconds(this TimeSpan duration) => duration.Ticks / TicksPerMicrosecond;

    /// <summary>Whole Unix seconds, as OpenAI-shaped routes show them.</summary>
    public static long ToUnixSeconds(long microseconds) => microseconds / 1_000_000;

    /// <summary>The moment itself, as the other routes show it in RFC 3339.</summary>
    public static DateTimeOffset ToDateTimeOffset(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TicksPerMicrosecond);
}
