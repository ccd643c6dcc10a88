using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using FeedbackService.Api.Security;

namespace FeedbackService.Api.Features.SignIn;

/// <summary>The HTML of the sign-in page: one file, no script, nothing from elsewhere.</summary>
internal static class SignInPage
{
    private const string Style = """
        :root{color-scheme:light dark;--ink:#1b1f24;--quiet:#57606a;--paper:#fff;--ground:#f3f5f7;--line:#8c959f;--accent:#0a5cc2;--alarm:#b3261e;--alarm-ground:#fdeceb}
        @media (prefers-color-scheme:dark){:root{--ink:#e8ebee;--quiet:#a9b2bb;--paper:#1b2026;--ground:#111418;--line:#6e7781;--accent:#6cb0ff;--alarm:#ffb4ab;--alarm-ground:#3b1815}}
        *{box-sizing:border-box}
        body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;background:var(--ground);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
        main{width:100%;max-width:26rem;background:var(--paper);border:1px solid var(--line);border-radius:.75rem;padding:2rem}
        h1{margin:0 0 .25rem;font-size:1.375rem;line-height:1.25}
        p{margin:0 0 1.25rem;color:var(--quiet)}
        p:last-child{margin-bottom:0}
        label{display:block;margin-bottom:.375rem;font-weight:600}
        input{width:100%;padding:.625rem .75rem;border:1px solid var(--line);border-radius:.5rem;background:transparent;color:inherit;font:1rem ui-monospace,monospace}
        button{width:100%;margin:1rem 0 1.25rem;padding:.6875rem 1rem;border:0;border-radius:.5rem;background:var(--accent);color:var(--paper);font:600 1rem system-ui,sans-serif;cursor:pointer}
        :focus-visible{outline:3px solid var(--accent);outline-offset:2px}
        a{color:var(--accent)}
        code{font-size:.9375em;overflow-wrap:anywhere}
        [role=alert]{padding:.625rem .75rem;border-radius:.5rem;background:var(--alarm-ground);color:var(--alarm)}
        """;

    /// <summary>Allows the page's own style and its form, nothing else.</summary>
    public static string ContentSecurityPolicy { get; } =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>Asks for a key.</summary>
    /// <param name="returnTo">Where to go afterwards.</param>
    /// <param name="fault">Why the key given was not taken; null at first.</param>
    public static string Ask(string returnTo, string? fault = null) => Document("Sign in", $"""
        <h1>Sign in</h1>
        <p>With an API key, for the pages of this service in this browser.</p>
        {(fault is null ? string.Empty : $"<p role=\"alert\" id=\"fault\">{Encode(fault)}</p>")}
        <form method="post" action="/signin">
        <input type="hidden" name="return_to" value="{Encode(returnTo)}">
        <label for="key">API key</label>
        <input id="key" name="key" type="password" required autofocus autocomplete="current-password" autocapitalize="none" spellcheck="false"{(fault is null ? string.Empty : " aria-invalid=\"true\" aria-describedby=\"fault\"")}>
        <button>Sign in</button>
        </form>
        <p>A key looks like <code>fbs.…</code> and was shown when it was made. A new one: <code>keys create</code> on the command line of the service.</p>
        """);

    /// <summary>Says who is signed in.</summary>
    public static string SignedIn(Caller caller, string returnTo) => Document("Signed in", $"""
        <h1>Signed in</h1>
        <p>With the key <code>{Encode(caller.KeyId!)}</code>, which may do: {Encode(string.Join(", ", caller.Scopes))}. It ends after 12 hours, or with the key.</p>
        <p><a href="{Encode(returnTo)}">Go on</a></p>
        <form method="post" action="/signout"><button>Sign out</button></form>
        """);

    /// <summary>Says that no key is needed.</summary>
    public static string Open(string returnTo) => Document("No key needed", $"""
        <h1>No key needed</h1>
        <p>This service listens on this machine only and has no keys, so it is open to whoever uses this machine.</p>
        <p><a href="{Encode(returnTo)}">Go on</a></p>
        """);

    private static string Document(string title, string main) => $"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width,initial-scale=1">
        <title>{title} · FeedbackService</title>
        <style>{Style}</style>
        </head>
        <body><main>
        {main}
        </main></body>
        </html>
        """;

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text);
}
