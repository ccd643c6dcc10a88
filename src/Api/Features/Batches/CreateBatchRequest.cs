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

    /// <summary>-100 to 100; batches of higher priority run first, and may make running ones of lower give way where their answers on disk end. Default 0.</summary>
    public int? Priority { get; init; }

    /// <summary>Which workers may take it: <c>auto</c> (default) any, <c>cpu</c> or <c>cuda</c> only such. It waits until there is one.</summary>
    public string? Device { get; init; }

    /// <summary>When the files with answers and refusals are deleted. Absent: when you delete them.</summary>
    public OutputExpiry? OutputExpiresAfter { get; init; }
}
