using FeedbackService.Api.Hosting;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Security;

/// <summary>Lets a request through if its caller may, by the <see cref="AccessRule"/> of the route. What has none is closed.</summary>
internal sealed class AccessMiddleware(RequestDelegate next, IOptions<ServiceOptions> options)
{
    private readonly IReadOnlyList<string> _allowedOrigins = options.Value.AllowedOrigins;

    /// <summary>Runs the request or refuses it.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        var caller = context.Caller();
        if (!caller.SentHeader && !CrossSite.MayChange(context.Request, _allowedOrigins))
        {
            throw Refusals.CrossSite();
        }

        var endpoint = context.GetEndpoint();
        var rule = endpoint?.Metadata.GetMetadata<AccessRule>();
        if (rule is { Scope: null } || caller == Caller.OfOpenService)
        {
            return next(context);
        }

        if (caller.KeyId is null)
        {
            if (caller.Refusal is null && IsNavigation(context.Request))
            {
                context.Response.Redirect("/signin?return_to=" + Uri.EscapeDataString(context.Request.Path + context.Request.QueryString));
                return Task.CompletedTask;
            }

            throw caller.Refusal ?? Refusals.KeyRequired();
        }

        // An address that is none of ours, or not for this method, has no rule: every key may learn that.
        return endpoint is not RouteEndpoint ? next(context)
            : rule is null ? throw Refusals.Undeclared()
            : caller.May(rule.Scope!) ? next(context)
            : throw Refusals.ScopeMissing(rule.Scope!);
    }

    private static bool IsNavigation(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
}
