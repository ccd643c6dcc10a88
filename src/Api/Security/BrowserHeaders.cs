namespace FeedbackService.Api.Security;

/// <summary>
/// Tells browsers of every answer that no other site may show it inside its own pages, or a click meant for that page would be one on
/// this service (clickjacking; an open service knows no cookie whose SameSite would help), and that its type is not to be guessed.
/// </summary>
internal static class BrowserHeaders
{
    /// <summary>Adds the headers, also to errors and to answers that are made before the routes.</summary>
    public static void UseBrowserHeaders(this WebApplication app) => app.Use((context, next) =>
    {
        context.Response.OnStarting(
            static state =>
            {
                var headers = ((HttpContext)state).Response.Headers;
                headers.XFrameOptions = "DENY";
                headers.XContentTypeOptions = "nosniff";
                return Task.CompletedTask;
            },
            context);
        return next(context);
    });
}
