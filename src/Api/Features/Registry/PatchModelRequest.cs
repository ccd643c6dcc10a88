using System.ComponentModel.DataAnnotations;

namespace FeedbackService.Api.Features.Registry;

/// <summary>What to change of a model; what is absent stays.</summary>
public sealed record PatchModelRequest
{
    /// <summary>Free text; an empty one removes it.</summary>
    [StringLength(5000)]
    public string? Description { get; init; }

    /// <summary>All pairs, replacing those before; names to 250 characters, values to 5000.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}
