namespace FeedbackService.Api.Storage.Contents;

/// <summary>What the store says of an object without giving its bytes.</summary>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">What the writer said its hash is, lower-case hex; null: it did not.</param>
internal sealed record S3Object(long Bytes, string? Sha256);
