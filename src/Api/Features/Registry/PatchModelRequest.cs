using System.ComponentModel.DataAnnotations;

namespace FeedbackService.Api.Features.Registry;

/// <summary>What to change of a model or version; what is absent stays.</summary>
public sealed record PatchModelRequest
{
    /// <summary>Free text; an empty one takes it away.</summary>
    [StringLength(5000)]
    public string? Description { get; init; }

    /// <summary>
    /// Pairs to set; null takes a pair away, pairs not named stay. Keys to 250 characters, values to 5000, at most 100 pairs.
    /// </summary>
    public IReadOnlyDictionary<string, string?>? Tags { get; init; }
}
