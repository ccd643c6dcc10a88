namespace FeedbackService.Api.Security;

/// <summary>A key to be made.</summary>
/// <param name="Name">What it is for, 1 to 100 characters.</param>
/// <param name="Scopes">What it may do, one or more of <see cref="Security.Scopes"/>.</param>
/// <param name="ExpiresAt">Not taken from then on; null: for ever.</param>
internal sealed record NewKey(string Name, IReadOnlyList<string> Scopes, DateTimeOffset? ExpiresAt);
