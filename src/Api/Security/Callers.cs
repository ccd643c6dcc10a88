using FeedbackService.Api.Errors;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;

namespace FeedbackService.Api.Security;

/// <summary>Finds out who sends a request: by <c>Authorization: Bearer</c>, <c>X-API-Key</c> or the cookie of a sign-in, in this order.</summary>
internal sealed class Callers(Openness openness, KeyRing ring, ConfiguredKey configured, SignInCookie cookie, KeyUse use, TimeProvider clock)
{
    private const string Header = "X-API-Key";
    private const string Scheme = "Bearer ";

    /// <summary>The caller; on an open service whatever was sent is not looked at, for official clients cannot be used without a key.</summary>
    public async ValueTask<Caller> IdentifyAsync(HttpContext context)
    {
        var cancellationToken = context.RequestAborted;
        if (!await openness.AsksForKeysAsync(cancellationToken))
        {
            return Openness.IsFromThisMachine(context) ? Caller.OfOpenService : Caller.Refused(OnlyForThisMachine());
        }

        try
        {
            if (Sent(context.Request) is { } sent)
            {
                var (keyId, _, scopes) = await VerifyAsync(sent, cancellationToken);
                return Noted(Caller.OfKey(keyId, scopes, sentHeader: true));
            }

            return cookie.Read(context.Request) is { } signedIn && await SignedInAsync(signedIn.KeyId, signedIn.Sha256, cancellationToken) is { } caller
                ? Noted(caller)
                : Caller.Nobody;
        }
        catch (ServiceException refusal) when (refusal.Status == StatusCodes.Status401Unauthorized)
        {
            return Caller.Refused(refusal);
        }
    }

    /// <summary>Whether who was let in at the beginning of a long request would be now: the key is still good, or the service still open.</summary>
    /// <param name="caller">Let in by a route that is not open to anyone.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async ValueTask<bool> IsStillTakenAsync(Caller caller, CancellationToken cancellationToken) => caller.KeyId switch
    {
        null => !await openness.AsksForKeysAsync(cancellationToken),
        ConfiguredKey.Id => true,
        var keyId => (await ring.KeysAsync(cancellationToken)).TryGetValue(keyId, out var row) && row.StateAt(clock.NowMicroseconds()) == KeyStates.Active,
    };

    /// <summary>Looks a key up.</summary>
    /// <param name="sent">As it was sent.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <returns>Its id, its hash and what it may do.</returns>
    /// <exception cref="ServiceException">401: malformed, unknown, wrong, expired or revoked.</exception>
    public async ValueTask<(string KeyId, string Sha256, IReadOnlyList<string> Scopes)> VerifyAsync(string sent, CancellationToken cancellationToken)
    {
        if (configured.Matches(sent))
        {
            return (ConfiguredKey.Id, configured.Sha256!, [Scopes.Admin]);
        }

        // One answer for whatever is wrong, as long as the secret is not known.
        if (!KeyText.TryParse(sent, out var key) || !(await ring.KeysAsync(cancellationToken)).TryGetValue(key.Id, out var row) || !key.Matches(row.SecretSha256))
        {
            throw Refusals.Unknown();
        }

        return row.StateAt(clock.NowMicroseconds()) switch
        {
            KeyStates.Revoked => throw Refusals.Revoked(),
            KeyStates.Expired => throw Refusals.Expired(),
            _ => (row.Id, row.SecretSha256, ScopesOf(row)),
        };
    }

    private static IReadOnlyList<string> ScopesOf(KeyRow row) => row.Scopes.Split(' ');

    private static string? Sent(HttpRequest request)
    {
        if (request.Headers.Authorization.Count > 1 || request.Headers[Header].Count > 1)
        {
            throw Refusals.Unknown();
        }

        var authorization = request.Headers.Authorization.ToString();
        return authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? authorization[Scheme.Length..]
            : request.Headers[Header].ToString() is { Length: > 0 } key ? key
            // Some other scheme, which this service does not know, must not pass for no key at all.
            : authorization.Length > 0 ? throw Refusals.Unknown()
            : null;
    }

    private async ValueTask<Caller?> SignedInAsync(string keyId, string sha256, CancellationToken cancellationToken)
    {
        if (keyId == ConfiguredKey.Id)
        {
            return configured.Sha256 == sha256 ? Caller.OfKey(keyId, [Scopes.Admin], sentHeader: false) : null;
        }

        return (await ring.KeysAsync(cancellationToken)).TryGetValue(keyId, out var row)
            && row.SecretSha256 == sha256 && row.StateAt(clock.NowMicroseconds()) == KeyStates.Active
            ? Caller.OfKey(keyId, ScopesOf(row), sentHeader: false)
            : null;
    }

    private Caller Noted(Caller caller)
    {
        if (caller.KeyId != ConfiguredKey.Id)
        {
            use.Note(caller.KeyId!);
        }

        return caller;
    }

    private static ServiceException OnlyForThisMachine() => Refusals.KeyRequired(
        "This service has no keys and is open to this machine only: on localhost, 127.0.0.1 or [::1], not through a proxy or under another name. Make a key with the command `keys create` and send it as Authorization: Bearer KEY.");
}
