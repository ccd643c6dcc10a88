using System.Text.Json;
using FeedbackService.Api.Errors;
using FeedbackService.Api.Hosting;
using FeedbackService.Api.Serving.Requests;

namespace FeedbackService.Api.Jobs.Batches;

/// <summary>Takes a line of an input file apart, by the rules of the route it is for.</summary>
internal static class BatchLineParser
{
    private const int MaxCustomId = 512;
    private static readonly string[] Keys = ["custom_id", "method", "url", "body"];

    // One level more than a request body may have: the line is around it.
    private static readonly JsonDocumentOptions Reading = new() { AllowDuplicateProperties = false, MaxDepth = ApiJson.MaxDepth + 1 };

    /// <summary>Takes a line apart.</summary>
    /// <param name="bytes">The line.</param>
    /// <param name="number">Its number.</param>
    /// <param name="isRepeated">Whether an earlier line has the same custom_id.</param>
    public static BatchLine Parse(ReadOnlyMemory<byte> bytes, long number, bool isRepeated)
    {
        using var json = TryRead(bytes);
        var envelope = ReadEnvelope(json?.RootElement, number, isRepeated);
        return envelope.Fault is null ? ReadBody(envelope, json!.RootElement.GetProperty("body")) : envelope;
    }

    /// <summary>What a line is that has more bytes than allowed.</summary>
    public static BatchLine TooLong(long number, int maxBytes) =>
        NoRequest(number, null, "line_too_long", $"The line has more than {maxBytes} bytes. Spread its texts over several lines.", null);

    /// <summary>The custom_id of a line and the model it names, without the rest; null where there is none. For the look through the file.</summary>
    public static (BatchLine Envelope, string? Model) ReadEnvelope(ReadOnlyMemory<byte> bytes, long number)
    {
        using var json = TryRead(bytes);
        var envelope = ReadEnvelope(json?.RootElement, number, isRepeated: false);
        return (envelope, envelope.Fault is null ? Text(json!.RootElement.GetProperty("body"), "model") : null);
    }

    private static JsonDocument? TryRead(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return JsonDocument.Parse(bytes, Reading);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static BatchLine ReadEnvelope(JsonElement? root, long number, bool isRepeated)
    {
        if (root is not { ValueKind: JsonValueKind.Object } line)
        {
            return NoRequest(number, null, "invalid_json_line", "The line is not a JSON object. Write one request per line, without line breaks in it.", null);
        }

        var id = Text(line, "custom_id");
        return id is null or { Length: 0 or > MaxCustomId }
                ? NoRequest(number, null, "missing_custom_id", $"'custom_id' must be a text of 1 to {MaxCustomId} characters.", "custom_id")
            : isRepeated
                ? NoRequest(number, id, "duplicate_custom_id", "An earlier line has the same 'custom_id'; give each line its own.", "custom_id")
            : Text(line, "method") != HttpMethods.Post
                ? NoRequest(number, id, "invalid_method", $"'method' must be \"{HttpMethods.Post}\".", "method")
            : Text(line, "url") != BatchSpec.Classify
                ? NoRequest(number, id, "invalid_url", $"'url' must be \"{BatchSpec.Classify}\", the endpoint of the batch.", "url")
            : !line.TryGetProperty("body", out var body) || body.ValueKind != JsonValueKind.Object
                ? NoRequest(number, id, "missing_body", "'body' must be an object: what would be sent to the endpoint.", "body")
            : Unknown(line) is { } unknown
                ? NoRequest(number, id, "unknown_parameter", $"'{unknown}' is not a key of a line. Check its spelling, or leave it out.", unknown)
            : new BatchLine(number, id);
    }

    private static BatchLine ReadBody(BatchLine envelope, JsonElement body)
    {
        try
        {
            var request = body.Deserialize<ClassifyRequest>(ApiJson.Options)!;
            ClassificationService.Check(request);
            return envelope with { Request = request };
        }
        catch (JsonException error)
        {
            // Without its place, which would be one within the body and not within the file.
            return envelope with { Refusal = JsonProblems.From(new JsonException(error.Message, error.Path, null, null, error.InnerException)) };
        }
        catch (ServiceException refused)
        {
            return envelope with { Refusal = ProblemMapping.From(refused) };
        }
    }

    private static string? Text(JsonElement line, string key)
    {
        // A lone surrogate is valid JSON but no text.
        try
        {
            return line.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static string? Unknown(JsonElement line) =>
        line.EnumerateObject().Select(member => member.Name).FirstOrDefault(name => !Keys.Contains(name, StringComparer.Ordinal));

    private static BatchLine NoRequest(long number, string? customId, string code, string message, string? param) =>
        new(number, customId) { Fault = new BatchFault(code, message, param, number) };
}
