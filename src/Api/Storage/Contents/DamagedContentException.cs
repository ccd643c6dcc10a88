namespace FeedbackService.Api.Storage.Contents;

/// <summary>What the store gave is not what was put there.</summary>
/// <param name="message">Which object, and what differs.</param>
internal sealed class DamagedContentException(string message) : IOException(message);
