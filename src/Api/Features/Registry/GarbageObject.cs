namespace FeedbackService.Api.Features.Registry;

/// <summary>Something on disk that nothing needs.</summary>
/// <param name="Kind">artifact, checkpoint, attempt, file, predictions or temporary.</param>
/// <param name="Path">Relative to the data folder.</param>
/// <param name="Bytes">Its size. Bytes it shares with something that stays are counted, too.</param>
/// <param name="UnneededSince">RFC 3339.</param>
public sealed record GarbageObject(string Kind, string Path, long Bytes, DateTimeOffset UnneededSince);
