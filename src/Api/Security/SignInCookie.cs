using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace FeedbackService.Api.Security;

/// <summary>
/// The cookie by which a browser is known after signing in: for the Swagger page, the dashboard, and live streams, whose
/// <c>EventSource</c> cannot send headers. It names the key and never holds it; it ends with the key, or after <see cref="Lifetime"/>.
/// </summary>
internal sealed class SignInCookie(IDataProtectionProvider protection, TimeProvider clock)
{
    /// <summary>Name of the cookie.</summary>
    public const string Name = "feedbackservice";

    /// <summary>How long a sign-in lasts.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    private readonly IDataProtector _protector = protection.CreateProtector("FeedbackService.SignIn.v1");

    /// <summary>Signs the browser in.</summary>
    /// <param name="context">The request; the cookie goes into its answer.</param>
    /// <param name="keyId">The key.</param>
    /// <param name="sha256">Its hash: a configured key that is replaced keeps its id, but not the hash.</param>
    public void Write(HttpContext context, string keyId, string sha256)
    {
        var ends = (clock.GetUtcNow() + Lifetime).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        context.Response.Cookies.Append(Name, _protector.Protect($"{keyId} {sha256} {ends}"), OptionsFor(context.Request));
    }

    /// <summary>Key and hash that the browser was signed in with; null when it is not, or no longer.</summary>
    public (string KeyId, string Sha256)? Read(HttpRequest request)
    {
        if (request.Cookies[Name] is not { Length: > 0 } cookie)
        {
            return null;
        }

        try
        {
            return _protector.Unprotect(cookie).Split(' ') is [var keyId, var sha256, var ends]
                && clock.GetUtcNow().ToUnixTimeSeconds() < long.Parse(ends, CultureInfo.InvariantCulture)
                ? (keyId, sha256)
                : null;
        }
        catch (CryptographicException)
        {
            // Of another service on this host, for cookies do not know of ports; or of another data folder.
            return null;
        }
    }

    /// <summary>Signs the browser out.</summary>
    public static void Remove(HttpContext context) => context.Response.Cookies.Delete(Name, OptionsFor(context.Request));

    // Behind a proxy that ends TLS the request itself is plain, yet the browser must keep the cookie to https.
    private static CookieOptions OptionsFor(HttpRequest request) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = request.IsHttps || string.Equals(request.Headers["X-Forwarded-Proto"], "https", StringComparison.OrdinalIgnoreCase),
        Path = "/",
        IsEssential = true,
    };
}
