namespace FeedbackService.Api.Errors;

/// <summary>
/// A refusal with a stable code. One table (<c>ProblemMapping</c>) turns it into the body of the HTTP contract;
/// handlers never build error bodies themselves.
/// </summary>
public class ServiceException : Exception
{
    /// <summary>A refusal.</summary>
    /// <param name="status">HTTP status.</param>
    /// <param name="code">Stable, snake_case.</param>
    /// <param name="message">For people: what is wrong and what to do. No internals.</param>
    /// <param name="param">Name of the field it is about, in wire spelling; null if none.</param>
    public ServiceException(int status, string code, string message, string? param = null)
        : base(message)
    {
        Status = status;
        Code = code;
        Param = param;
    }

    /// <summary>HTTP status.</summary>
    public int Status { get; }

    /// <summary>Stable code, snake_case.</summary>
    public string Code { get; }

    /// <summary>Field it is about, in wire spelling; null if none.</summary>
    public string? Param { get; }

    /// <summary>Per-field messages for the problem's <c>errors</c> member; null if there is one fault only.</summary>
    public IReadOnlyDictionary<string, string[]>? FieldErrors { get; init; }

    /// <summary>Value of the Retry-After header, only with 429.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Value of the WWW-Authenticate header, only with 401 and 403.</summary>
    public string? Challenge { get; init; }

    /// <summary>400: malformed, or an unknown key or value.</summary>
    public static ServiceException Invalid(string code, string message, string? param = null) => new(400, code, message, param);

    /// <summary>404: nothing there.</summary>
    public static ServiceException NotFound(string code, string message, string? param = null) => new(404, code, message, param);

    /// <summary>409: well-formed, but at odds with the present state; repeating does not help.</summary>
    public static ServiceException Conflict(string code, string message, string? param = null) => new(409, code, message, param);

    /// <summary>413: too large or too many.</summary>
    public static ServiceException TooLarge(string code, string message, string? param = null) => new(413, code, message, param);

    /// <summary>422: well-formed but unusable.</summary>
    public static ServiceException Unusable(string code, string message, string? param = null) => new(422, code, message, param);
}
