namespace FeedbackService.Api.Features.Registry;

/// <summary>Where a version is to be imported from.</summary>
public sealed record ImportVersionRequest
{
    /// <summary>The checkpoint.</summary>
    public required ImportSource Source { get; init; }
}
