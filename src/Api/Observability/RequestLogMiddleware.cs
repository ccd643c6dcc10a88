namespace FeedbackService.Api.Observability;

/// <summary>
/// One line per request: the route's template, never the address itself, which may hold what a user typed.
/// Requests that change something are Information, reads are Debug, failures are Warning.
/// </summary>
internal sealed partial class RequestLogMiddleware(RequestDelegate next, ILogger<RequestLogMiddleware> logger, TimeProvider clock)
{
    /// <summary>Runs the request and notes how it went.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        var start = clock.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            var status = context.Response.StatusCode;
            var level = status >= 500 ? LogLevel.Warning
                : HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method) ? LogLevel.Debug
                : LogLevel.Information;
            var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "(no route)";
            var traceId = ServiceActivities.TraceIdOr(context.TraceIdentifier);
            LogRequest(level, context.Request.Method, route, status, (long)clock.GetElapsedTime(start).TotalMilliseconds, context.TraceIdentifier, traceId);
        }
    }

    [LoggerMessage(Message = "{Method} {Route} answered {Status} in {Milliseconds} ms ({RequestId}, trace {TraceId})")]
    private partial void LogRequest(LogLevel level, string method, string route, int status, long milliseconds, string requestId, string traceId);
}
