using System.ComponentModel.DataAnnotations;

namespace FeedbackService.Api.Features.Registry;

/// <summary>Where an alias shall point.</summary>
public sealed record PutAliasRequest
{
    /// <summary>An existing version.</summary>
    [Range(1, int.MaxValue)]
    public required int Version { get; init; }

    /// <summary>Why, for the history.</summary>
    [StringLength(512)]
    public string? Reason { get; init; }
}
