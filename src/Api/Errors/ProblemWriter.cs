using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using FeedbackService.Api.Observability;
using Microsoft.Net.Http.Headers;

namespace FeedbackService.Api.Errors;

/// <summary>Writes a problem in the one body that the clients of every dialect can read.</summary>
internal static class ProblemWriter
{
    /// <summary>Media type of every error.</summary>
    public const string ContentType = "application/problem+json";

    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Replaces whatever the response was going to be; it must not have started.</summary>
    public static async Task WriteAsync(HttpContext context, Problem problem)
    {
        var response = context.Response;
        var (allow, contentRange) = (response.Headers.Allow, response.Headers.ContentRange);
        response.Clear();
        if (GrpcProblems.Reads(context.Request))
        {
            GrpcProblems.Write(response, problem);
            return;
        }

        response.StatusCode = problem.Status;
        response.ContentType = ContentType;
        response.Headers.Allow = allow;
        // With 416 it says how long the file is, by which a client knows that it has all of it.
        response.Headers.ContentRange = contentRange;
        response.Headers[HeaderNames.CacheControl] = "no-store";
        if (problem.Status == StatusCodes.Status409Conflict)
        {
            // OpenAI's clients would repeat a conflict, which here never goes away by itself.
            response.Headers["x-should-retry"] = "false";
        }

        if (problem.Challenge is { } challenge)
        {
            response.Headers.WWWAuthenticate = challenge;
        }

        if (problem.Status == StatusCodes.Status429TooManyRequests)
        {
            response.Headers["x-should-retry"] = "true";
        }

        if (problem.RetryAfter is { } wait)
        {
            response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        await using var json = new Utf8JsonWriter(response.BodyWriter, Writing);
        Write(json, problem, ServiceActivities.TraceIdOr(context.TraceIdentifier), SaysErrorAsText(context.Request.Path));
        await json.FlushAsync(CancellationToken.None);
    }

    /// <summary>Writes the body alone.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="problem">What is wrong.</param>
    /// <param name="traceId">Trace it belongs to.</param>
    /// <param name="errorAsText">Whether <c>error</c> is a text, as some dialects have it, or OpenAI's object.</param>
    public static void Write(Utf8JsonWriter json, Problem problem, string traceId, bool errorAsText = false)
    {
        json.WriteStartObject();
        json.WriteString("type", problem.Type);
        json.WriteString("title", problem.Title);
        json.WriteNumber("status", problem.Status);
        json.WriteString("detail", problem.Detail);
        json.WriteString("code", problem.Code);
        json.WriteString("trace_id", traceId);
        if (problem.FieldErrors is { } fields)
        {
            json.WriteStartObject("errors");
            foreach (var (field, messages) in fields)
            {
                json.WriteStartArray(field);
                foreach (var message in messages)
                {
                    json.WriteStringValue(message);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        if (errorAsText)
        {
            json.WriteString("error", problem.Detail);
            json.WriteString("error_type", problem.TeiErrorType);
        }
        else
        {
            json.WriteStartObject("error");
            json.WriteString("message", problem.Detail);
            json.WriteString("type", problem.ErrorType);
            json.WriteString("param", problem.Param);
            json.WriteString("code", problem.Code);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>Whether <c>error</c> is a string there: Hugging Face's, TEI's and the Open Inference Protocol's clients read one where OpenAI's read an object.</summary>
    public static bool SaysErrorAsText(PathString path) =>
        path.StartsWithSegments("/models") || path.StartsWithSegments("/predict") || path.StartsWithSegments("/info") || path.StartsWithSegments("/v2");
}
