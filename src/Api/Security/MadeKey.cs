using FeedbackService.Api.Storage.Entities;

namespace FeedbackService.Api.Security;

/// <summary>A key that has been made.</summary>
/// <param name="Row">What is kept of it.</param>
/// <param name="Key">The key itself; null when the request that made it was a repeat, for then it is known no more.</param>
internal sealed record MadeKey(KeyRow Row, string? Key);
