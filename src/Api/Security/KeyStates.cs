using FeedbackService.Api.Storage.Entities;

namespace FeedbackService.Api.Security;

/// <summary>Where a key stands.</summary>
internal static class KeyStates
{
    /// <summary>It is taken.</summary>
    public const string Active = "active";

    /// <summary>Its time is over.</summary>
    public const string Expired = "expired";

    /// <summary>It was taken back.</summary>
    public const string Revoked = "revoked";

    /// <summary>One of the three.</summary>
    /// <param name="key">The key.</param>
    /// <param name="now">UTC microseconds.</param>
    public static string StateAt(this KeyRow key, long now) => key.RevokedAt is not null ? Revoked : key.ExpiresAt <= now ? Expired : Active;
}
