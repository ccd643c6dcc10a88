namespace FeedbackService.Api.Storage;

/// <summary>A request that must make one resource however often it is sent.</summary>
/// <param name="Route">Route template.</param>
/// <param name="Key">Value of Idempotency-Key.</param>
/// <param name="RequestHash">SHA-256 of the request's content.</param>
internal sealed record IdempotencyClaim(string Route, string Key, string RequestHash);
