using System.Text.Json;
using System.Text.RegularExpressions;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Contents;
using FeedbackService.Training.Datasets;
using FeedbackService.Training.Options;

namespace FeedbackService.Api.Errors;

/// <summary>The one table from exceptions and bare statuses to problems.</summary>
internal static partial class ProblemMapping
{
    /// <summary>What an exception means to the caller. What is not in the table is a bug of ours and says nothing of its inside.</summary>
    public static Problem From(Exception exception) => exception switch
    {
        ServiceException refused => new(refused.Status, refused.Code, refused.Message, refused.Param, refused.FieldErrors, refused.RetryAfter, refused.Challenge),
        BadHttpRequestException { InnerException: JsonException json } => JsonProblems.From(json),
        BadHttpRequestException { StatusCode: 413 } => FromStatus(413),
        BadHttpRequestException { StatusCode: 415 } => FromStatus(415),
        BadHttpRequestException { StatusCode: 408 } => new(408, "request_timeout", "The request body came too slowly. Send it again."),
        BadHttpRequestException bad => Readable(bad),
        JsonException json => JsonProblems.From(json),
        UnreadableDatasetException unreadable => new(400, unreadable.Code, unreadable.Message, "file"),
        ColumnMappingException columns => new(400, columns.Code, columns.Message, columns.Parameter),
        InvalidOptionsException options => Options(options),
        _ when DiskSpace.IsExhausted(exception) || DatabaseFaults.IsDiskFull(exception) => DiskFull,
        _ when DatabaseFaults.IsUnkeepableText(exception) => new(400, "invalid_value", "A text has a NUL character (U+0000), which cannot be kept. Send it without."),
        _ when DatabaseFaults.IsTransient(exception) => DatabaseAway,
        ContentStoreException => new(503, "storage_unavailable", "The store of artifacts and files does not answer. Try again in a while.", RetryAfter: TimeSpan.FromSeconds(10)),
        TimeoutException => Late,
        _ => Bug,
    };

    /// <summary>413 for a body that no feature has looked into.</summary>
    public static ServiceException TooLarge()
    {
        var problem = FromStatus(StatusCodes.Status413PayloadTooLarge);
        return ServiceException.TooLarge(problem.Code, problem.Detail);
    }

    /// <summary>What a status that the framework set without a body means to the caller.</summary>
    public static Problem FromStatus(int status, string? method = null) => status switch
    {
        400 => new(400, "bad_request", "The request is malformed."),
        401 => new(401, "key_required", "Send an API key: Authorization: Bearer KEY."),
        403 => new(403, "scope_missing", "The key may not do this."),
        404 => new(404, "route_not_found", "There is nothing at this address. /swagger lists what there is."),
        405 => new(405, "method_not_allowed", $"This address does not answer {method ?? "this method"}. The Allow header lists what it answers."),
        406 => new(406, "not_acceptable", "The answer has no form that the Accept header allows. Accept application/json."),
        409 => new(409, "conflict", "This is at odds with the present state. Repeating it does not help."),
        411 => new(411, "length_required", "Send Content-Length or chunks."),
        412 => new(412, "precondition_failed", "It was changed in the meantime. Read it again, then decide."),
        413 => new(413, "body_too_large", "The request body is larger than this address takes."),
        414 => new(414, "uri_too_long", "The address is too long."),
        415 => new(415, "unsupported_media_type", "The Content-Type is not one that this address takes. JSON goes as application/json, files as multipart/form-data."),
        416 => new(416, "range_not_satisfiable", "There is nothing at that range yet. Content-Range says how long the file is."),
        422 => new(422, "unusable", "This is well-formed, but nothing can be done with it."),
        429 => new(429, "rate_limited", "Too many requests in a short time. Go on after the time in Retry-After."),
        503 => DatabaseAway,
        504 => Late,
        507 => DiskFull,
        >= 500 => Bug with { Status = status },
        _ => new(status, "refused", "The request was refused."),
    };

    // One field is named in `param`; several are listed under their names.
    private static Problem Options(InvalidOptionsException error)
    {
        var fields = error.Errors.ToDictionary(field => "hyperparameters." + field.Key, field => new[] { field.Value }, StringComparer.Ordinal);
        return new(400, "invalid_hyperparameters", error.Message, fields.Keys.First(), fields);
    }

    private static Problem DiskFull { get; } =
        new(507, "disk_full", "There is no space left for this. Delete files or models that are not needed, or make room on the disk.");

    private static Problem DatabaseAway { get; } = new(
        503, "database_unavailable", "The database does not answer at the moment. Try again after the time in Retry-After.", RetryAfter: TimeSpan.FromSeconds(1));

    private static Problem Late { get; } =
        new(504, "deadline_exceeded", "The answer did not come in time. Try again, or ask with Prefer: respond-async.");

    private static Problem Bug { get; } =
        new(500, "internal_error", "Something went wrong in the service. Its log has the details under the request id of this answer.");

    // Parameter "int limit" from "many": the last word before the quote is ours, the rest is not for users.
    private static Problem Readable(BadHttpRequestException error) => BoundParameter().Match(error.Message) is { Success: true } bound
        ? OfTheWrongType(JsonNamingPolicy.SnakeCaseLower.ConvertName(bound.Groups[1].Value))
        : error.Message.Contains("body", StringComparison.Ordinal)
            ? new(error.StatusCode, "body_missing", "The request needs a JSON body.")
            : new(error.StatusCode, "bad_request", "A part of the request cannot be read.");

    private static Problem OfTheWrongType(string param) => new(400, "invalid_value", $"'{param}' has a value of the wrong type.", param);

    [GeneratedRegex("^Failed to bind parameter \"[^\"]* (\\w+)\" from")]
    private static partial Regex BoundParameter();
}
