namespace FeedbackService.Api.Events;

/// <summary>A line to be appended to a job's log.</summary>
/// <param name="Level">info, warn or error.</param>
/// <param name="Type">message, metrics or status.</param>
/// <param name="Message">What happened, without texts of users.</param>
/// <param name="DataJson">Structured part; null if none.</param>
internal sealed record JobEvent(string Level, string Type, string Message, string? DataJson = null)
{
    /// <summary>The job has changed its state.</summary>
    public static JobEvent Status(string message, string level = "info") => new(level, "status", message);

    /// <summary>Something worth telling.</summary>
    public static JobEvent Info(string message) => new("info", "message", message);

    /// <summary>Something that may explain a bad result.</summary>
    public static JobEvent Warning(string message) => new("warn", "message", message);

    /// <summary>Figures of a training.</summary>
    public static JobEvent Metrics(string message, string dataJson) => new("info", "metrics", message, dataJson);
}
