namespace FeedbackService.Api.Observability;

/// <summary>State of the service.</summary>
/// <param name="Status">live, ready, degraded or not_ready.</param>
/// <param name="Checks">What was looked at: name → ok, or what is wrong.</param>
public sealed record HealthResponse(string Status, IReadOnlyDictionary<string, string>? Checks);
