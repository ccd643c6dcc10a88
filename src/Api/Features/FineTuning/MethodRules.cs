using System.Text.Json;
using FeedbackService.Api.Errors;

namespace FeedbackService.Api.Features.FineTuning;

/// <summary>Finds the options of a request: under its method, or where OpenAI's older clients put them.</summary>
internal static class MethodRules
{
    private const string Supervised = "supervised";
    private const string MaskedLanguageModeling = "masked_language_modeling";
    private const string Old = "hyperparameters";

    /// <summary>The options and where they stood.</summary>
    /// <exception cref="ServiceException">400 for an unknown method or options in two places; 422 for a method that does not exist yet.</exception>
    public static (JsonElement Options, string Path) Hyperparameters(CreateFineTuningJobRequest request)
    {
        var method = request.Method;
        switch (method?.Type)
        {
            case null when method is not null:
                throw ServiceException.Invalid("missing_parameter", $"'method' needs a 'type': {Supervised}.", "method.type");
            case null or Supervised:
                break;
            case MaskedLanguageModeling:
                throw ServiceException.Unusable("method_not_supported", $"This version does not pre-train yet. Use '{Supervised}'.", "method.type");
            default:
                throw ServiceException.Invalid("invalid_value", $"'method.type' must be {Supervised}.", "method.type");
        }

        if (method?.MaskedLanguageModeling is not null)
        {
            throw ServiceException.Invalid("invalid_value", $"'method.{MaskedLanguageModeling}' does not belong to the type {Supervised}.", $"method.{MaskedLanguageModeling}");
        }

        var path = $"method.{Supervised}.hyperparameters";
        var under = method?.Supervised?.Hyperparameters;
        return (IsGiven(under), IsGiven(request.Hyperparameters)) switch
        {
            (true, true) => throw ServiceException.Invalid("invalid_value", $"'{Old}' is given twice; keep those under '{path}'.", Old),
            (false, true) => (request.Hyperparameters!.Value, Old),
            _ => (under.GetValueOrDefault(), path),
        };
    }

    private static bool IsGiven(JsonElement? options) => options is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) };
}
