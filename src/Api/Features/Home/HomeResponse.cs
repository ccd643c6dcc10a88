namespace FeedbackService.Api.Features.Home;

/// <summary>What answers here and where to go.</summary>
/// <param name="Service">Name of the service.</param>
/// <param name="Version">Its version.</param>
/// <param name="Try">Addresses by purpose.</param>
public sealed record HomeResponse(string Service, string Version, IReadOnlyDictionary<string, string> Try);
