using FeedbackService.Api.Errors;
using FeedbackService.Api.OpenApi;
using Microsoft.AspNetCore.Http.Features;

namespace FeedbackService.Api.Hosting;

/// <summary>
/// Refuses a body that is announced to be too large before it is read. Kestrel alone would answer and cut the connection, and a
/// client that is still sending would see a broken pipe instead of the answer.
/// </summary>
internal sealed class BodyLimitMiddleware(RequestDelegate next)
{
    /// <summary>Runs the request unless its body is too large.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        // Routes that read a form themselves know their limit themselves.
        if (context.GetEndpoint()?.Metadata.GetMetadata<FormField>() is null)
        {
            RefuseBeyond(context, context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize, ProblemMapping.TooLarge);
        }

        return next(context);
    }

    /// <summary>Refuses the request if its announced body is larger.</summary>
    /// <param name="context">The request; nothing of its body has been read.</param>
    /// <param name="limit">In bytes; null: none.</param>
    /// <param name="refusal">What is told.</param>
    public static void RefuseBeyond(HttpContext context, long? limit, Func<ServiceException> refusal)
    {
        if (context.Request.ContentLength > limit && context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            // Without a limit Kestrel reads on for some seconds after the answer, so that the client gets to read it.
            size.MaxRequestBodySize = null;
            throw refusal();
        }
    }
}
