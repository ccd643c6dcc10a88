using System.Text.Encodings.Web;
using System.Text.Json;
using FeedbackService.Api.Errors;
using FeedbackService.Api.Hosting;
using FeedbackService.Api.Observability;
using FeedbackService.Api.Serving.Requests;
using FeedbackService.Api.Storage;

namespace FeedbackService.Api.Jobs.Batches;

/// <summary>What is written for one line of the input, in OpenAI's shape.</summary>
/// <param name="Json">The line without its line break.</param>
/// <param name="Succeeded">Whether it belongs to the answers or to the refusals.</param>
/// <param name="Tokens">Tokens read for it.</param>
internal sealed record BatchAnswer(byte[] Json, bool Succeeded, int Tokens)
{
    private const int Ok = 200;

    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A line that was answered.</summary>
    public static BatchAnswer Of(BatchLine line, ClassificationResponse answer) => new(
        Write(line, json => WriteResponse(json, Ok, RequestIdMiddleware.NewId(), _ => JsonSerializer.Serialize(json, answer, ApiJson.Options)), null, isError: false),
        Succeeded: true,
        answer.Usage.Tokens);

    /// <summary>A line whose request was refused, with the body that the route would have answered.</summary>
    public static BatchAnswer Of(BatchLine line, Problem refusal) => new(
        Write(line, json => WriteResponse(json, refusal.Status, RequestIdMiddleware.NewId(), id => ProblemWriter.Write(json, refusal, ServiceActivities.TraceIdOr(id))), null, isError: true),
        Succeeded: false,
        Tokens: 0);

    /// <summary>A line that is no request.</summary>
    public static BatchAnswer Of(BatchLine line, BatchFault fault) =>
        new(Write(line, json => json.WriteNullValue(), fault, isError: true), Succeeded: false, Tokens: 0);

    private static byte[] Write(BatchLine line, Action<Utf8JsonWriter> response, BatchFault? fault, bool isError)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Writing))
        {
            json.WriteStartObject();
            json.WriteString("id", Ids.NewBatchRequest());
            json.WriteString("custom_id", line.CustomId);
            json.WritePropertyName("response");
            response(json);
            json.WritePropertyName("error");
            WriteFault(json, fault);
            if (isError)
            {
                json.WriteNumber("line", line.Number);
            }

            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void WriteResponse(Utf8JsonWriter json, int status, string requestId, Action<string> body)
    {
        json.WriteStartObject();
        json.WriteNumber("status_code", status);
        json.WriteString("request_id", requestId);
        json.WritePropertyName("body");
        body(requestId);
        json.WriteEndObject();
    }

    private static void WriteFault(Utf8JsonWriter json, BatchFault? fault)
    {
        if (fault is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        json.WriteString("code", fault.Code);
        json.WriteString("message", fault.Message);
        json.WriteString("param", fault.Param);
        json.WriteEndObject();
    }
}
