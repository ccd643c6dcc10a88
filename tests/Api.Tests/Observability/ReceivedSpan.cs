namespace FeedbackService.Api.Tests.Observability;

/// <summary>A span as a collector gets it.</summary>
/// <param name="Service">Name in the resource.</param>
/// <param name="Trace">Trace id, 32 hex digits.</param>
/// <param name="Id">Span id, 16 hex digits.</param>
/// <param name="Parent">Span id of its parent; empty for a root.</param>
/// <param name="Name">What it is about.</param>
/// <param name="Start">Nanoseconds since 1970.</param>
/// <param name="End">Nanoseconds since 1970.</param>
/// <param name="Attributes">Values as text.</param>
/// <param name="Events">Their names, in order.</param>
/// <param name="Error">Message of the error status; null unless it has that status.</param>
internal sealed record ReceivedSpan(
    string Service,
    string Trace,
    string Id,
    string Parent,
    string Name,
    ulong Start,
    ulong End,
    IReadOnlyDictionary<string, string> Attributes,
    IReadOnlyList<string> Events,
    string? Error);
