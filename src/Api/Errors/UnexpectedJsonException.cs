using System.Text.Json;

namespace FeedbackService.Api.Errors;

/// <summary>A JSON value that does not have the form its field takes.</summary>
/// <param name="expected">Goes on after the field's name, such as <c>must be a string.</c></param>
internal sealed class UnexpectedJsonException(string expected) : JsonException(expected);
