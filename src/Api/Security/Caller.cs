using FeedbackService.Api.Errors;

namespace FeedbackService.Api.Security;

/// <summary>Who sent a request, and what they may do.</summary>
internal sealed record Caller
{
    private Caller(string? keyId, IReadOnlyList<string> scopes)
    {
        KeyId = keyId;
        Scopes = scopes;
    }

    /// <summary>Sent no key.</summary>
    public static Caller Nobody { get; } = new(null, []);

    /// <summary>Whoever uses a service that asks for no keys.</summary>
    public static Caller OfOpenService { get; } = new(null, [Security.Scopes.Admin]);

    /// <summary>The key; null when there is none.</summary>
    public string? KeyId { get; }

    /// <summary>What the key may do.</summary>
    public IReadOnlyList<string> Scopes { get; }

    /// <summary>The key came in a header, which no browser adds by itself: a foreign page cannot have caused the request.</summary>
    public bool SentHeader { get; private init; }

    /// <summary>Why the key that was sent is not taken; null when none was sent or it is good.</summary>
    public ServiceException? Refusal { get; private init; }

    /// <summary>Holds a key.</summary>
    /// <param name="keyId">The key.</param>
    /// <param name="scopes">What it may do.</param>
    /// <param name="sentHeader">It came in a header and not in the cookie.</param>
    public static Caller OfKey(string keyId, IReadOnlyList<string> scopes, bool sentHeader) => new(keyId, scopes) { SentHeader = sentHeader };

    /// <summary>Sent a key that is not taken.</summary>
    public static Caller Refused(ServiceException refusal) => Nobody with { Refusal = refusal };

    /// <summary>Whether the scopes allow it.</summary>
    public bool May(string scope) => Scopes.Contains(scope) || Scopes.Contains(Security.Scopes.Admin);
}
