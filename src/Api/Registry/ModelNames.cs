using System.Text.RegularExpressions;
using FeedbackService.Api.Errors;

namespace FeedbackService.Api.Registry;

/// <summary>Rules for names of models and aliases. No path is ever built from one: artifacts lie under hashes.</summary>
internal static partial class ModelNames
{
    /// <summary>The pseudo-alias of the newest ready version.</summary>
    public const string Latest = "latest";

    /// <summary>The alias a bare name means, if set.</summary>
    public const string Production = "production";

    private const int MaxLength = 64;
    private const int JobPartLength = 8;
    private const string EncoderSuffix = "-encoder";

    /// <summary>Whether the text has the form of a name.</summary>
    public static bool IsWellFormed(string name) => WellFormed().IsMatch(name);

    /// <summary>Checks a name a user wants to give.</summary>
    /// <param name="name">The name.</param>
    /// <param name="reserved">Names already meaning something else.</param>
    /// <param name="param">Field it came from.</param>
    /// <exception cref="ServiceException">400 for a bad form; 409 for a reserved name.</exception>
    public static void Require(string name, ReservedNames reserved, string param)
    {
        if (!IsWellFormed(name))
        {
            throw ServiceException.Invalid(
                "invalid_model_name",
                "A model name has 1 to 64 lower-case letters, digits, '.', '_' or '-', and begins and ends with a letter or digit.",
                param);
        }
        if (reserved.Contains(name))
        {
            throw ServiceException.Conflict("model_name_reserved", $"'{name}' is reserved; choose another name.", param);
        }
    }

    /// <summary>Checks the name of an alias a user wants to set.</summary>
    /// <exception cref="ServiceException">400 for a bad form; 409 for a reserved name.</exception>
    public static void RequireAlias(string alias)
    {
        if (!IsWellFormed(alias))
        {
            throw ServiceException.Invalid(
                "invalid_alias",
                "An alias has 1 to 64 lower-case letters, digits, '.', '_' or '-', and begins and ends with a letter or digit.",
                "alias");
        }
        if (alias == Latest || LooksLikeVersion().IsMatch(alias))
        {
            throw ServiceException.Conflict("alias_reserved", $"'{alias}' is reserved: 'latest', digits and 'v' with digits name versions.", "alias");
        }
    }

    /// <summary>Name of the model a training makes: the suffix, else the base model's name, else preset and job.</summary>
    /// <param name="suffix">What the user asked for; null if nothing.</param>
    /// <param name="baseModelName">Registered model the training starts from; null for a preset.</param>
    /// <param name="presetId">Preset the training starts from; null for a registered model.</param>
    /// <param name="jobId">The job.</param>
    public static string ForResult(string? suffix, string? baseModelName, string? presetId, string jobId)
    {
        var unique = jobId[(jobId.IndexOf('-', StringComparison.Ordinal) + 1)..][..JobPartLength];
        return suffix ?? baseModelName ?? $"{presetId![..Math.Min(presetId!.Length, MaxLength - JobPartLength - 1)]}-{unique}";
    }

    /// <summary>Name of the encoder made of a classifier, so that the classifier's name goes on meaning something that classifies; null for null.</summary>
    public static string? OfEncoder(string? classifier) =>
        classifier is null ? null : classifier[..Math.Min(classifier.Length, MaxLength - EncoderSuffix.Length)] + EncoderSuffix;

    // \z, not $: the latter also matches before a final line feed.
    [GeneratedRegex(@"\A[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex WellFormed();

    [GeneratedRegex(@"\Av?[0-9]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex LooksLikeVersion();
}
