using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Errors;

/// <summary>The one table from exceptions and bare statuses to problems.</summary>
internal static class ProblemMapping
{
    private const int DiskFullLinux = 28; // ENOSPC
    private const int DiskQuotaLinux = 122; // EDQUOT
    private const int DiskFullWindows = unchecked((int)0x80070070); // ERROR_DISK_FULL
    private const int SqliteFull = 13; // SQLITE_FULL

    /// <summary>What an exception means to the caller. What is not in the table is a bug of ours and says nothing of its inside.</summary>
    public static Problem From(Exception exception) => exception switch
    {
        ServiceException refused => new(refused.Status, refused.Code, refused.Message, refused.Param, refused.FieldErrors, refused.RetryAfter),
        BadHttpRequestException { InnerException: JsonException json } => JsonProblems.From(json),
        BadHttpRequestException { StatusCode: 413 } => FromStatus(413),
        BadHttpRequestException { StatusCode: 415 } => FromStatus(415),
        BadHttpRequestException { StatusCode: 408 } => new(408, "request_timeout", "The request body came too slowly. Send it again."),
        BadHttpRequestException bad => new(bad.StatusCode, "bad_request", Readable(bad.Message)),
        JsonException json => JsonProblems.From(json),
        IOException { HResult: DiskFullLinux or DiskQuotaLinux or DiskFullWindows } => DiskFull,
        SqliteException { SqliteErrorCode: SqliteFull } => DiskFull,
        DbUpdateException { InnerException: SqliteException { SqliteErrorCode: SqliteFull } } => DiskFull,
        TimeoutException => new(504, "deadline_exceeded", "The answer did not come in time. Try again, or ask with Prefer: respond-async."),
        _ => Bug,
    };

    /// <summary>What a status that the framework set without a body means to the caller.</summary>
    public static Problem FromStatus(int status, string? method = null) => status switch
    {
        400 => new(400, "bad_request", "The request is malformed."),
        401 => new(401, "key_required", "Send an API key: Authorization: Bearer KEY."),
        403 => new(403, "scope_missing", "The key may not do this."),
        404 => new(404, "route_not_found", "There is nothing at this address. /swagger lists what there is."),
        405 => new(405, "method_not_allowed", $"This address does not answer {method ?? "this method"}. The Allow header lists what it answers."),
        406 => new(406, "not_acceptable", "The answer has no form that the Accept header allows. Accept application/json."),
        411 => new(411, "length_required", "Send Content-Length or chunks."),
        412 => new(412, "precondition_failed", "It was changed in the meantime. Read it again, then decide."),
        413 => new(413, "body_too_large", "The request body is larger than this address takes."),
        414 => new(414, "uri_too_long", "The address is too long."),
        415 => new(415, "unsupported_media_type", "The Content-Type is not one that this address takes. JSON goes as application/json, files as multipart/form-data."),
        >= 500 => Bug with { Status = status },
        _ => new(status, "refused", "The request was refused."),
    };

    private static Problem DiskFull { get; } =
        new(507, "disk_full", "There is no space left for this. Delete files or models that are not needed, or make room on the disk.");

    private static Problem Bug { get; } =
        new(500, "internal_error", "Something went wrong in the service. Its log has the details under the request id of this answer.");

    // The framework's texts name .NET types between quotation marks: "int limit"; the last word is ours.
    private static string Readable(string message) => message.Contains("body", StringComparison.Ordinal)
        ? "The request needs a JSON body."
        : "A part of the address or a header cannot be read.";
}
