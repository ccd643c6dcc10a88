using System.Globalization;
using System.Text.Json;
using FeedbackService.Api.Errors;
using FeedbackService.Api.Files;
using FeedbackService.Api.Hosting;

namespace FeedbackService.Api.Features.Files;

/// <summary>How long an upload is kept, in either form in which official clients say it: fields in brackets (npm), one part of JSON (NuGet).</summary>
internal static class UploadExpiry
{
    /// <summary>Names of the parts of the form.</summary>
    public static readonly string[] Fields = [Whole, Anchor, Seconds];

    private const string Whole = "expires_after";
    private const string Anchor = Whole + "[anchor]";
    private const string Seconds = Whole + "[seconds]";

    /// <summary>The time asked for; null for none.</summary>
    /// <exception cref="ServiceException">400 when it is incomplete or out of range.</exception>
    public static TimeSpan? Read(IReadOnlyDictionary<string, string> form)
    {
        // Forms in browsers send the fields that nobody touched as empty ones.
        if (Fields.All(field => string.IsNullOrEmpty(form.GetValueOrDefault(field))))
        {
            return null;
        }

        var (anchor, seconds) = form.GetValueOrDefault(Whole) is { Length: > 0 } json ? Parse(json) : (form.GetValueOrDefault(Anchor), Number(form.GetValueOrDefault(Seconds)));
        return FileExpiry.Allows(anchor, seconds) ? TimeSpan.FromSeconds(seconds!.Value) : throw Refusal();
    }

    private static (string? Anchor, long? Seconds) Parse(string json)
    {
        try
        {
            var given = JsonSerializer.Deserialize<Given>(json, ApiJson.Options);
            return (given?.Anchor, given?.Seconds);
        }
        catch (JsonException)
        {
            throw Refusal();
        }
    }

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static ServiceException Refusal() => ServiceException.Invalid(
        "invalid_value", $"'{Whole}' takes anchor '{FileExpiry.CreatedAt}' and seconds from {FileExpiry.Shortest} to {FileExpiry.Longest}, as {Anchor} and {Seconds} or as one part of JSON.", Whole);

    private sealed record Given(string? Anchor, long? Seconds);
}
