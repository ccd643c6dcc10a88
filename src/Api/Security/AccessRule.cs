namespace FeedbackService.Api.Security;

/// <summary>Who may use a route. A route without one is used by nobody once keys are asked for.</summary>
/// <param name="Scope">One of <see cref="Scopes"/> that the caller's key must have; null: anyone may, without a key.</param>
internal sealed record AccessRule(string? Scope);
