using FeedbackService.Api.Observability;
using FeedbackService.Api.Security;

namespace FeedbackService.Api.Errors;

/// <summary>The edge of every request: whatever goes wrong inside leaves as a problem.</summary>
internal sealed partial class ErrorMiddleware(RequestDelegate next, ILogger<ErrorMiddleware> logger)
{
    /// <summary>Runs the request.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to read an answer; the status is for the log (nginx's number for it).
            if (!context.Response.HasStarted)
            {
                context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            }

            return;
        }
        catch (Exception error)
        {
            var problem = InWordsOf(context, ProblemMapping.From(error));
            if (problem.Status >= StatusCodes.Status500InternalServerError)
            {
                LogFailure(error, context.TraceIdentifier, ServiceActivities.TraceIdOr(context.TraceIdentifier), problem.Code);
            }

            if (context.Response.HasStarted)
            {
                // Too late for an answer; cutting the connection is the only way to say that it is not whole.
                context.Abort();
                return;
            }

            await ProblemWriter.WriteAsync(context, problem);
            return;
        }

        // A file that has nothing at the range asked for comes with the file's media type, but without a body.
        if (context.Response is { HasStarted: false, ContentLength: null or 0 } and ({ StatusCode: >= 400, ContentType: null } or { StatusCode: StatusCodes.Status416RangeNotSatisfiable }))
        {
            await ProblemWriter.WriteAsync(context, ProblemMapping.FromStatus(context.Response.StatusCode, context.Request.Method));
        }
    }

    // Clients of inference servers take 503 for a model that is being loaded, and wait for it.
    private static Problem InWordsOf(HttpContext context, Problem problem) =>
        problem.Status == StatusCodes.Status503ServiceUnavailable && !GrpcProblems.Reads(context.Request)
        && context.GetEndpoint()?.Metadata.GetMetadata<AccessRule>()?.Scope == Scopes.Predict
            ? problem with { Status = StatusCodes.Status500InternalServerError }
            : problem;

    [LoggerMessage(Level = LogLevel.Error, Message = "Request {RequestId}, trace {TraceId}, failed: {Code}")]
    private partial void LogFailure(Exception error, string requestId, string traceId, string code);
}
