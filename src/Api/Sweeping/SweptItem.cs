namespace FeedbackService.Api.Sweeping;

/// <summary>Something on disk that nothing needs.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Path">Its key in the store, or its place in the data folder.</param>
/// <param name="Bytes">Its size. Bytes it shares with something that stays are counted, too.</param>
/// <param name="Since">Since when, UTC microseconds.</param>
internal sealed record SweptItem(string Kind, string Path, long Bytes, long Since);
