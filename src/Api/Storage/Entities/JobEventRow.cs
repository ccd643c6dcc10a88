namespace FeedbackService.Api.Storage.Entities;

/// <summary>One line of a job's append-only log.</summary>
public sealed class JobEventRow
{
    /// <summary>Order of appending over all jobs.</summary>
    public long Sequence { get; set; }

    /// <summary><c>ftevent-…</c>.</summary>
    public string Id { get; set; } = "";

    /// <summary>The job.</summary>
    public string JobId { get; set; } = "";

    /// <summary>info, warn or error.</summary>
    public string Level { get; set; } = "info";

    /// <summary>message, metrics or status.</summary>
    public string Type { get; set; } = "message";

    /// <summary>What happened, without texts of users.</summary>
    public string Message { get; set; } = "";

    /// <summary>Structured part.</summary>
    public string? DataJson { get; set; }

    /// <summary>UTC microseconds.</summary>
    public long CreatedAt { get; set; }
}
