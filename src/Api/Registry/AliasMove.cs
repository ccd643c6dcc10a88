namespace FeedbackService.Api.Registry;

/// <summary>A wish to point an alias at a version.</summary>
/// <param name="Model">The model.</param>
/// <param name="Alias">The alias.</param>
/// <param name="Version">Where it shall point.</param>
/// <param name="Reason">Why, in the words of the caller; null if not said.</param>
/// <param name="KeyId">API key of the caller; null on an open service.</param>
internal sealed record AliasMove(string Model, string Alias, int Version, string? Reason, string? KeyId);
