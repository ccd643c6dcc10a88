namespace FeedbackService.Api.OpenApi;

/// <summary>The body of every error, for the document only; <see cref="Errors.ProblemWriter"/> writes it.</summary>
/// <param name="Type">Stable reference of the kind of problem.</param>
/// <param name="Title">Name of the status.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Detail">What is wrong and what to do.</param>
/// <param name="Code">Stable code.</param>
/// <param name="TraceId">Trace of the request (W3C Trace Context): that of the traceparent it came with, else one of its own.</param>
/// <param name="Errors">Messages per field, when several are wrong.</param>
/// <param name="Error">The same for OpenAI's clients.</param>
internal sealed record ProblemBody(
    string Type,
    string Title,
    int Status,
    string Detail,
    string Code,
    string TraceId,
    IReadOnlyDictionary<string, string[]>? Errors,
    ProblemError Error);

/// <summary>OpenAI's error object.</summary>
/// <param name="Message">What is wrong and what to do.</param>
/// <param name="Type">Kind of error.</param>
/// <param name="Param">Field it is about.</param>
/// <param name="Code">Stable code.</param>
internal sealed record ProblemError(string Message, string Type, string? Param, string? Code);

/// <summary>The body of every error of the other dialects, for the document only.</summary>
/// <param name="Type">Stable reference of the kind of problem.</param>
/// <param name="Title">Name of the status.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Detail">What is wrong and what to do.</param>
/// <param name="Code">Stable code.</param>
/// <param name="TraceId">Trace of the request (W3C Trace Context): that of the traceparent it came with, else one of its own.</param>
/// <param name="Errors">Messages per field, when several are wrong.</param>
/// <param name="Error">The detail again, where these dialects' clients look for it.</param>
/// <param name="ErrorType">Text Embeddings Inference's word for the kind: Overloaded, Validation, Backend or Empty.</param>
internal sealed record TextProblemBody(
    string Type,
    string Title,
    int Status,
    string Detail,
    string Code,
    string TraceId,
    IReadOnlyDictionary<string, string[]>? Errors,
    string Error,
    string ErrorType);
