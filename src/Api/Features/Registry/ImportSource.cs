namespace FeedbackService.Api.Features.Registry;

/// <summary>A checkpoint at a hub.</summary>
/// <param name="Type">Always <c>huggingface</c>.</param>
/// <param name="Repo">Repository, <c>owner/name</c> or <c>name</c>.</param>
/// <param name="Revision">Commit, 40 hex digits: what a branch or tag means can change.</param>
public sealed record ImportSource(string Type, string Repo, string Revision);
