using FeedbackService.Api.Errors;
using FeedbackService.Api.Security;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace FeedbackService.Api.Features.SignIn;

/// <summary>The page where a browser turns a key into a cookie. For people, so it is not in the OpenAPI document.</summary>
internal static class SignInEndpoints
{
    private const string Form = "application/x-www-form-urlencoded";
    private const string Start = "/swagger/index.html";

    /// <summary>Maps <c>/signin</c> and <c>/signout</c>.</summary>
    public static void MapSignIn(this IEndpointRouteBuilder routes)
    {
        var pages = routes.MapGroup(string.Empty).ExcludeFromDescription().OpenToAnyone();
        pages.MapGet("/signin", ShowAsync);
        pages.MapPost("/signin", SignInAsync);
        pages.MapPost("/signout", SignOut);
    }

    private static async Task<ContentHttpResult> ShowAsync(HttpContext context, Callers callers, [FromQuery(Name = "return_to")] string? returnTo)
    {
        var caller = await callers.IdentifyAsync(context);
        var target = Local(returnTo);
        return Page(context, caller == Caller.OfOpenService ? SignInPage.Open(target) : caller.KeyId is not null ? SignInPage.SignedIn(caller, target) : SignInPage.Ask(target));
    }

    private static async Task<IResult> SignInAsync(HttpContext context, Callers callers, SignInCookie cookie, CancellationToken cancellationToken)
    {
        if (context.Request.ContentType?.StartsWith(Form, StringComparison.OrdinalIgnoreCase) != true)
        {
            throw new ServiceException(415, "unsupported_media_type", $"Sign in with a form: {Form} with the field 'key'.");
        }

        var form = await context.Request.ReadFormAsync(cancellationToken);
        var target = Local(form["return_to"]);
        try
        {
            // Pasting takes the line's end along.
            var (keyId, sha256, _) = await callers.VerifyAsync(form["key"].ToString().Trim(), cancellationToken);
            cookie.Write(context, keyId, sha256);
            // 303: the browser goes on with GET, and going back does not send the key again.
            context.Response.Headers.Location = target;
            return TypedResults.StatusCode(StatusCodes.Status303SeeOther);
        }
        catch (ServiceException refusal) when (refusal.Status == StatusCodes.Status401Unauthorized)
        {
            return Page(context, SignInPage.Ask(target, refusal.Message), StatusCodes.Status401Unauthorized);
        }
    }

    private static StatusCodeHttpResult SignOut(HttpContext context)
    {
        SignInCookie.Remove(context);
        context.Response.Headers.Location = "/signin";
        return TypedResults.StatusCode(StatusCodes.Status303SeeOther);
    }

    private static ContentHttpResult Page(HttpContext context, string html, int status = StatusCodes.Status200OK)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = SignInPage.ContentSecurityPolicy;
        headers["Referrer-Policy"] = "same-origin";
        return TypedResults.Content(html, "text/html; charset=utf-8", statusCode: status);
    }

    // Only addresses of this service: a sign-in page that sends people elsewhere helps to deceive them.
    private static string Local(string? target) =>
        target is { Length: > 1 } && target[0] == '/' && target[1] is not ('/' or '\\') && !target.Any(letter => char.IsControl(letter) || letter == '\\')
        && !target.StartsWith("/signin", StringComparison.Ordinal) && Uri.TryCreate(target, UriKind.Relative, out _) && target.All(char.IsAscii)
            ? target
            : Start;
}
