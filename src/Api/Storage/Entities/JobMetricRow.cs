namespace FeedbackService.Api.Storage.Entities;

/// <summary>One point of a training's series.</summary>
public sealed class JobMetricRow
{
    /// <summary>Order of appending.</summary>
    public long Sequence { get; set; }

    /// <summary>The job.</summary>
    public string JobId { get; set; } = "";

    /// <summary>Optimiser steps done.</summary>
    public int Step { get; set; }

    /// <summary>step or evaluation.</summary>
    public string Kind { get; set; } = "";

    /// <summary>The progress record.</summary>
    public string ValuesJson { get; set; } = "{}";

    /// <summary>UTC microseconds.</summary>
    public long CreatedAt { get; set; }
}
