using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using FeedbackService.Api.Errors;
using FeedbackService.Api.Hosting;
using FeedbackService.Api.Storage;

namespace FeedbackService.Api.Http;

/// <summary>The header by which a POST that is sent again finds what it made the first time.</summary>
internal static partial class IdempotencyHeader
{
    /// <summary>Name of the header.</summary>
    public const string Name = "Idempotency-Key";

    /// <summary>The claim of a request whose body was read from JSON: its layout does not matter.</summary>
    /// <exception cref="ServiceException">400 for a malformed key.</exception>
    public static IdempotencyClaim? Claim<T>(HttpContext context, T body) =>
        Claim(context, SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(body, ApiJson.Options)));

    /// <summary>The claim of a request, or null when it carries no key.</summary>
    /// <param name="context">The request.</param>
    /// <param name="hash">Of all that matters in the request; two with one key must agree in it.</param>
    /// <exception cref="ServiceException">400 for a malformed key.</exception>
    public static IdempotencyClaim? Claim(HttpContext context, byte[] hash)
    {
        if (!context.Request.Headers.TryGetValue(Name, out var values))
        {
            return null;
        }

        var route = context.Request.Method + " " + ((context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? context.Request.Path);
        return values is [{ } key] && Form().IsMatch(key)
            ? new IdempotencyClaim(route, key, Convert.ToHexStringLower(hash))
            : throw ServiceException.Invalid("invalid_idempotency_key", $"{Name} must be 1 to 255 visible ASCII characters, given once.", Name);
    }

    [GeneratedRegex("^[\\x21-\\x7E]{1,255}\\z")]
    private static partial Regex Form();
}
