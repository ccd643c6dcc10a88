using System.Text.Json;
using System.Text.RegularExpressions;

namespace FeedbackService.Api.Errors;

/// <summary>Says what is wrong with a JSON body without the names of our types.</summary>
internal static partial class JsonProblems
{
    /// <summary>400 naming the place.</summary>
    public static Problem From(JsonException error)
    {
        var place = Place(error);
        if (UnknownKey().Match(error.Message) is { Success: true } unknown)
        {
            var key = Join(error.Path, unknown.Groups[1].Value);
            return new(400, "unknown_parameter", $"'{key}' is not a parameter of this request. Check its spelling, or leave it out.", key);
        }

        if (DuplicateKey().Match(error.Message) is { Success: true } twice)
        {
            var key = Join(error.Path, twice.Groups[1].Value);
            return new(400, "duplicate_parameter", $"'{key}' is given twice.", key);
        }

        if (MissingKeys().Match(error.Message) is { Success: true } missing)
        {
            var names = QuotedName().Matches(missing.Groups[1].Value).Select(name => Join(error.Path, name.Groups[1].Value)).ToList();
            return new(400, "missing_parameter", $"The request lacks {string.Join(", ", names.Select(name => $"'{name}'"))}.", names.FirstOrDefault());
        }

        if (error is UnexpectedJsonException && Join(error.Path, null) is { Length: > 0 } unexpected)
        {
            return new(400, "invalid_value", $"'{unexpected}' {error.Message}", unexpected);
        }

        var message = error.Message;
        if (message.Contains("maximum configured depth", StringComparison.Ordinal) || message.Contains("MaxDepth", StringComparison.Ordinal))
        {
            return new(400, "json_too_deep", "The JSON is nested more than 64 levels deep.");
        }

        if (message.Contains("does not contain any JSON tokens", StringComparison.Ordinal) && error.BytePositionInLine is 0 or null)
        {
            return new(400, "body_missing", "The request needs a JSON body.");
        }

        // Syntax errors carry the reader's exception; their path ends wherever the reader happened to be.
        if (error.InnerException is JsonException)
        {
            return new(400, "invalid_json", $"The body is not valid JSON{place}.");
        }

        var param = Join(error.Path, null);
        return param.Length == 0
            ? new(400, "invalid_json", $"The body does not have the form this request takes{place}. It must be a JSON object.")
            : new(400, "invalid_value", $"'{param}' has a value of the wrong type{place}.", param);
    }

    private static string Place(JsonException error) => error.LineNumber is { } line && error.BytePositionInLine is { } position
        ? $" (line {line + 1}, byte {position + 1})"
        : string.Empty;

    private static string Join(string? path, string? key)
    {
        var parent = (path ?? "$").TrimStart('$').TrimStart('.');
        return key is null ? parent
            : parent.Length == 0 ? key
            : parent == key || parent.EndsWith("." + key, StringComparison.Ordinal) ? parent
            : parent + "." + key;
    }

    [GeneratedRegex("^The JSON property '(.*)' could not be mapped", RegexOptions.Singleline)]
    private static partial Regex UnknownKey();

    [GeneratedRegex("was missing required properties including: (.*?)(?: Path: .*)?$", RegexOptions.Singleline)]
    private static partial Regex MissingKeys();

    [GeneratedRegex("'([^']*)'")]
    private static partial Regex QuotedName();

    [GeneratedRegex("^Duplicate property '(.*)' encountered", RegexOptions.Singleline)]
    private static partial Regex DuplicateKey();
}
