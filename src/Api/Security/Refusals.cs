using FeedbackService.Api.Errors;

namespace FeedbackService.Api.Security;

/// <summary>What is told to callers who may not; the challenges are those of RFC 6750, section 3.</summary>
internal static class Refusals
{
    /// <summary>Value of WWW-Authenticate when no key was sent.</summary>
    public const string Challenge = "Bearer realm=\"FeedbackService\"";

    /// <summary>401: no key was sent.</summary>
    /// <param name="message">What is wrong and what to do.</param>
    public static ServiceException KeyRequired(string message = "This needs an API key. Send it as Authorization: Bearer KEY or as X-API-Key: KEY, or sign in with it at /signin.") =>
        new(401, "key_required", message) { Challenge = Challenge };

    /// <summary>401: no such key.</summary>
    public static ServiceException Unknown() =>
        Invalid("key_invalid", "The API key is not valid. Check that it is complete and without spaces; one that is lost can only be replaced by a new one.");

    /// <summary>401: its time is over.</summary>
    public static ServiceException Expired() => Invalid("key_expired", "The API key has expired. Ask for a new one.");

    /// <summary>401: it was taken back.</summary>
    public static ServiceException Revoked() => Invalid("key_revoked", "The API key has been revoked. Ask for a new one.");

    /// <summary>403: a good key that may not do this.</summary>
    /// <param name="scope">What it lacks.</param>
    public static ServiceException ScopeMissing(string scope) =>
        new(403, "scope_missing", $"The key may not do this: it needs the scope '{scope}'. Use another key, or ask for one with that scope.")
        {
            Challenge = $"{Challenge}, error=\"insufficient_scope\", scope=\"{scope}\"",
        };

    /// <summary>403: nobody may.</summary>
    public static ServiceException Undeclared() => new(403, "route_closed", "This address is not open to keys of any scope.");

    /// <summary>403: a page of another site asks in the name of the person at the browser.</summary>
    public static ServiceException CrossSite() =>
        new(403, "cross_site_request", "A page of another site must not change anything here. Send a key in the header Authorization instead.");

    private static ServiceException Invalid(string code, string message) => new(401, code, message) { Challenge = $"{Challenge}, error=\"invalid_token\"" };
}
