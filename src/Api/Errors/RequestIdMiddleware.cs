using System.Text.RegularExpressions;

namespace FeedbackService.Api.Errors;

/// <summary>Gives every request an id, or takes a sane one of the caller, and returns it in <c>x-request-id</c>.</summary>
internal sealed partial class RequestIdMiddleware(RequestDelegate next)
{
    /// <summary>Name of the header.</summary>
    public const string Header = "x-request-id";

    /// <summary>Runs the request under its id.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        context.TraceIdentifier = context.Request.Headers[Header] is [{ } given] && Sane().IsMatch(given)
            ? given
            : NewId();
        context.Response.OnStarting(
            static state =>
            {
                var started = (HttpContext)state;
                started.Response.Headers[Header] = started.TraceIdentifier;
                return Task.CompletedTask;
            },
            context);
        return next(context);
    }

    /// <summary>An id of a request that came without one.</summary>
    public static string NewId() => "req_" + Guid.CreateVersion7().ToString("N");

    [GeneratedRegex("^[A-Za-z0-9._:-]{1,64}\\z")]
    private static partial Regex Sane();
}
