namespace FeedbackService.Api.Features.Batches;

/// <summary>A file of requests to be answered in the background.</summary>
public sealed record CreateBatchRequest
{
    /// <summary>Id of a file uploaded with purpose <c>batch</c>: one request per line.</summary>
    public required string InputFileId { get; init; }

    /// <summary>Route that every line asks: <c>/v1/classify</c>.</summary>
    public required string Endpoint { get; init; }

    /// <summary>Accepted for OpenAI's clients: <c>24h</c>. A batch is never given up for being late.</summary>
    public string? CompletionWindow { get; init; }

    /// <summary>Up to 16 pairs of your own; names to 64 characters, values to 512.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>When the files with answers and refusals are deleted. Absent: when you delete them.</summary>
    public OutputExpiry? OutputExpiresAfter { get; init; }
}
