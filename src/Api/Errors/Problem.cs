namespace FeedbackService.Api.Errors;

/// <summary>A refusal or failure as it is told, before it is given the form of a dialect.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">Stable, snake_case.</param>
/// <param name="Detail">For people: what is wrong and what to do. No internals.</param>
/// <param name="Param">Field it is about, in wire spelling.</param>
/// <param name="FieldErrors">Messages per field when there are several faults.</param>
/// <param name="RetryAfter">When to try again.</param>
/// <param name="Challenge">What to authenticate with, or which scope is lacking: value of WWW-Authenticate.</param>
public sealed record Problem(
    int Status,
    string Code,
    string Detail,
    string? Param = null,
    IReadOnlyDictionary<string, string[]>? FieldErrors = null,
    TimeSpan? RetryAfter = null,
    string? Challenge = null)
{
    /// <summary>The stable <c>type</c> of problem details: a relative reference made of the code.</summary>
    public string Type => "/problems/" + Code.Replace('_', '-');

    /// <summary>Short name of the status.</summary>
    public string Title => Status switch
    {
        422 => "Unprocessable content",
        507 => "Insufficient storage",
        _ => Sentence(Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(Status)),
    };

    /// <summary>OpenAI's word for the kind of error.</summary>
    public string ErrorType => Status switch
    {
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        409 or 412 => "conflict_error",
        429 => "rate_limit_error",
        >= 500 => "server_error",
        _ => "invalid_request_error",
    };

    /// <summary>Text Embeddings Inference's word for the kind of error.</summary>
    public string TeiErrorType => Status switch
    {
        401 => "Unauthorized",
        403 => "Forbidden",
        429 => "Overloaded",
        >= 500 => "Backend",
        _ when Code is "text_empty" or "input_empty" => "Empty",
        _ => "Validation",
    };

    private static string Sentence(string phrase) =>
        phrase.Length == 0 ? "Error" : phrase[0] + phrase[1..].ToLowerInvariant();
}
