namespace FeedbackService.Api.Security;

/// <summary>
/// Keeps other sites from acting through a browser that is signed in, or that stands on the machine of an open service
/// (cross-site request forgery). Browsers say where a request comes from: Fetch Metadata, and before it Origin.
/// </summary>
internal static class CrossSite
{
    /// <summary>Whether a request may change something, judged by where it comes from.</summary>
    /// <param name="request">Not authenticated by a header.</param>
    /// <param name="allowedOrigins">Origins that CORS lets in.</param>
    public static bool MayChange(HttpRequest request, IReadOnlyList<string> allowedOrigins)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method))
        {
            return true;
        }

        var origin = request.Headers.Origin.ToString();
        if (origin.Length > 0 && allowedOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase))
        {
            return true;
        }

        // Neither header: no browser, and nothing to be misled.
        return request.Headers["Sec-Fetch-Site"].ToString() is { Length: > 0 } site
            ? site is "same-origin" or "none"
            : origin.Length == 0 || IsOfHost(origin, request.Host);
    }

    // Host and port only: a proxy that ends TLS changes the scheme.
    private static bool IsOfHost(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri) && string.Equals(uri.Authority, host.Value, StringComparison.OrdinalIgnoreCase);
}
