using System.Globalization;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Net.Http.Headers;

namespace FeedbackService.Api.Errors;

/// <summary>Tells problems in gRPC's words: status, message, and <c>error-code</c> in the trailers.</summary>
internal sealed partial class GrpcProblems(ILogger<GrpcProblems> logger) : Interceptor
{
    private const string CodeTrailer = "error-code";
    private const string MediaType = "application/grpc";

    /// <summary>Whether the caller reads gRPC and not problem details.</summary>
    public static bool Reads(HttpRequest request) => request.ContentType?.StartsWith(MediaType, StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Answers a call that was refused before it came to its service: headers only, HTTP status 200.</summary>
    public static void Write(HttpResponse response, Problem problem)
    {
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = MediaType;
        response.Headers[HeaderNames.GrpcStatus] = ((int)StatusOf(problem)).ToString(CultureInfo.InvariantCulture);
        response.Headers[HeaderNames.GrpcMessage] = Uri.EscapeDataString(problem.Detail);
        response.Headers[CodeTrailer] = problem.Code;
    }

    /// <inheritdoc/>
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Cancelled, "The caller has gone, or its deadline is over."));
        }
#pragma warning disable CA1031 // The edge of a call: whatever goes wrong inside leaves as a status.
        catch (Exception error)
#pragma warning restore CA1031
        {
            var problem = ProblemMapping.From(error);
            if (problem.Status >= StatusCodes.Status500InternalServerError)
            {
                LogFailure(error, context.Method, problem.Code);
            }

            throw new RpcException(new Status(StatusOf(problem), problem.Detail), new Metadata { { CodeTrailer, problem.Code } });
        }
    }

    /// <summary>gRPC's word for the kind of problem.</summary>
    public static StatusCode StatusOf(Problem problem) => problem switch
    {
        { Status: 401 } => StatusCode.Unauthenticated,
        { Status: 403 } => StatusCode.PermissionDenied,
        { Status: 404, Code: "route_not_found" } => StatusCode.Unimplemented,
        { Status: 404 } => StatusCode.NotFound,
        { Code: "model_not_servable" } or { Status: 409 or 412 } => StatusCode.FailedPrecondition,
        { Status: 429 } or { Code: "body_too_large" } => StatusCode.ResourceExhausted,
        { Status: 503 } => StatusCode.Unavailable,
        { Status: 504 } => StatusCode.DeadlineExceeded,
        { Status: >= 500 } => StatusCode.Internal,
        _ => StatusCode.InvalidArgument,
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "Call {Method} failed: {Code}")]
    private partial void LogFailure(Exception error, string method, string code);
}
