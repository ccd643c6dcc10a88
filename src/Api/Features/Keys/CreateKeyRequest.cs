namespace FeedbackService.Api.Features.Keys;

/// <summary>A key to be made.</summary>
/// <param name="Name">What it is for, 1 to 100 characters.</param>
/// <param name="Scopes">What it may do: predict, models:read, models:write, jobs:write, admin.</param>
/// <param name="ExpiresAt">Not taken from then on, RFC 3339; absent: for ever.</param>
public sealed record CreateKeyRequest(string Name, IReadOnlyList<string> Scopes, DateTimeOffset? ExpiresAt = null);
