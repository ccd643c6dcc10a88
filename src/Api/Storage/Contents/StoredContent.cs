namespace FeedbackService.Api.Storage.Contents;

/// <summary>Something in the store.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Bytes">Size of all its files.</param>
internal sealed record StoredContent(string Key, long Bytes);
