using System.Text.Json;
using FeedbackService.Api.Errors;
using FeedbackService.Training.Options;

namespace FeedbackService.Api.Features.FineTuning;

/// <summary>Finds the method of a request and its options: under the method, or where OpenAI's older clients put them.</summary>
internal static class MethodRules
{
    private const string Old = "hyperparameters";

    private static readonly string Supervised = OptionJson.NameOf(TrainingMethods.Supervised);
    private static readonly string MaskedLanguageModeling = OptionJson.NameOf(TrainingMethods.MaskedLanguageModeling);

    /// <summary>The method, its options and where they stood.</summary>
    /// <exception cref="ServiceException">400 for an unknown method, the settings of another one, or options in two places.</exception>
    public static AskedMethod Find(CreateFineTuningJobRequest request)
    {
        var method = request.Method;
        var asked = method switch
        {
            null => TrainingMethods.Supervised,
            { Type: null } => throw ServiceException.Invalid("missing_parameter", $"'method' needs a 'type': {Supervised} or {MaskedLanguageModeling}.", "method.type"),
            _ => OptionJson.MethodOf(method.Type) ?? throw ServiceException.Invalid("invalid_value", $"'method.type' must be {Supervised} or {MaskedLanguageModeling}.", "method.type"),
        };
        var (name, own, other, others) = asked == TrainingMethods.Supervised
            ? (Supervised, method?.Supervised, MaskedLanguageModeling, method?.MaskedLanguageModeling)
            : (MaskedLanguageModeling, method?.MaskedLanguageModeling, Supervised, method?.Supervised);
        if (others is not null)
        {
            throw ServiceException.Invalid("invalid_value", $"'method.{other}' does not belong to the type {name}.", $"method.{other}");
        }

        var path = $"method.{name}.hyperparameters";
        var under = own?.Hyperparameters;
        return (IsGiven(under), IsGiven(request.Hyperparameters)) switch
        {
            (true, true) => throw ServiceException.Invalid("invalid_value", $"'{Old}' is given twice; keep those under '{path}'.", Old),
            (false, true) => new AskedMethod(asked, request.Hyperparameters!.Value, Old),
            _ => new AskedMethod(asked, under.GetValueOrDefault(), path),
        };
    }

    private static bool IsGiven(JsonElement? options) => options is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) };
}
