using System.Globalization;

namespace FeedbackService.Api.Registry;

/// <summary>A model address taken apart: <c>name</c>, <c>name:3</c>, <c>name@alias</c> or <c>ftjob-…:step-2000</c>.</summary>
/// <param name="Name">Model, or job of a checkpoint.</param>
/// <param name="Version">Number after the colon.</param>
/// <param name="Alias">Name after the at sign.</param>
/// <param name="Step">Step of a checkpoint.</param>
internal sealed record ModelAddress(string Name, int? Version = null, string? Alias = null, int? Step = null)
{
    private const string JobPrefix = "ftjob-";
    private const string StepPrefix = "step-";

    /// <summary>Takes an address apart; null when it has no such form, so that nothing can be there.</summary>
    public static ModelAddress? Parse(string address)
    {
        var at = address.IndexOfAny([':', '@']);
        var name = at < 0 ? address : address[..at];
        if (!ModelNames.IsWellFormed(name))
        {
            return null;
        }
        var rest = at < 0 ? "" : address[(at + 1)..];
        return at < 0 ? new ModelAddress(name)
            : address[at] == '@' ? ModelNames.IsWellFormed(rest) ? new ModelAddress(name, Alias: rest) : null
            : name.StartsWith(JobPrefix, StringComparison.Ordinal) && rest.StartsWith(StepPrefix, StringComparison.Ordinal)
                ? Number(rest[StepPrefix.Length..]) is { } step ? new ModelAddress(name, Step: step) : null
            : Number(rest) is { } version ? new ModelAddress(name, Version: version) : null;
    }

    /// <summary>Address of a checkpoint.</summary>
    public static string OfCheckpoint(string jobId, int step) => string.Create(CultureInfo.InvariantCulture, $"{jobId}:{StepPrefix}{step}");

    /// <summary>Address of a version.</summary>
    public static string OfVersion(string name, int version) => string.Create(CultureInfo.InvariantCulture, $"{name}:{version}");

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
