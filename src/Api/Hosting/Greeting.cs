namespace FeedbackService.Api.Hosting;

/// <summary>What the banner says beyond the settings.</summary>
/// <param name="Addresses">Where the service listens.</param>
/// <param name="TrainsSample">The bundled sample is about to be trained.</param>
/// <param name="AsksForKeys">Requests need a key.</param>
/// <param name="FirstKey">Admin key made just now, to be shown this once; null when none was made.</param>
internal sealed record Greeting(IReadOnlyList<string> Addresses, bool TrainsSample, bool AsksForKeys, string? FirstKey);
