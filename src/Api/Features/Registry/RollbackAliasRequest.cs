using System.ComponentModel.DataAnnotations;

namespace FeedbackService.Api.Features.Registry;

/// <summary>Words for the history of a rollback. The body may be left out.</summary>
public sealed record RollbackAliasRequest
{
    /// <summary>Why. Default <c>rollback</c>.</summary>
    [StringLength(512)]
    public string? Reason { get; init; }
}
