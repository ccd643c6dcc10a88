namespace FeedbackService.Api.Features.Registry;

/// <summary>A checkpoint at a hub.</summary>
public sealed record ImportSource
{
    /// <summary>Always <c>huggingface</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Repository, <c>owner/name</c> or <c>name</c>.</summary>
    public required string Repo { get; init; }

    /// <summary>Commit, 40 hex digits: what a branch or tag means can change.</summary>
    public required string Revision { get; init; }
}
