namespace FeedbackService.Api.Observability;

/// <summary>Counts every request when it has been answered.</summary>
internal sealed class RequestMetricsMiddleware(RequestDelegate next, HttpMetrics metrics, TimeProvider clock)
{
    /// <summary>Runs the request and counts it.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        var start = clock.GetTimestamp();
        using var active = metrics.Begin();
        try
        {
            await next(context);
        }
        finally
        {
            metrics.End(context, clock.GetElapsedTime(start));
        }
    }
}
