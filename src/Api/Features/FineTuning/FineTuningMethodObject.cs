using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using FeedbackService.Training.Options;

namespace FeedbackService.Api.Features.FineTuning;

/// <summary>How a job trains; settings are under the name of the type.</summary>
/// <param name="Type">supervised or masked_language_modeling.</param>
public sealed record FineTuningMethodObject(string Type)
{
    /// <summary>Settings of a supervised job; absent for others.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FineTuningMethodSettings? Supervised { get; init; }

    /// <summary>Settings of a pre-training job; absent for others.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FineTuningMethodSettings? MaskedLanguageModeling { get; init; }

    internal static FineTuningMethodObject Of(string method, JsonObject hyperparameters)
    {
        var settings = new FineTuningMethodSettings(hyperparameters);
        return OptionJson.MethodOf(method) == TrainingMethods.MaskedLanguageModeling
            ? new FineTuningMethodObject(method) { MaskedLanguageModeling = settings }
            : new FineTuningMethodObject(method) { Supervised = settings };
    }
}
