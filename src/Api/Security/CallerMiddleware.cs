namespace FeedbackService.Api.Security;

/// <summary>
/// Finds out who asks, for all that follows. It refuses nobody: what is open to anyone stays so with a key that is not good. Who only
/// looks at what is open to anyone is not asked for: health must be told also when the database, where the keys are, does not answer.
/// </summary>
internal sealed class CallerMiddleware(RequestDelegate next, Callers callers)
{
    /// <summary>Runs the request with its caller known.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        if (!AccessRules.LetsAnyoneLook(context))
        {
            context.Features.Set(await callers.IdentifyAsync(context));
        }

        await next(context);
    }
}
