using System.Text.Json.Nodes;
using FeedbackService.Training.Options;
using FeedbackService.Training.Presets;

namespace FeedbackService.Api.Features.Presets;

/// <summary>A recommended starting point for trainings.</summary>
/// <param name="Id">What a job's <c>model</c> takes.</param>
/// <param name="Description">What it is good for.</param>
/// <param name="Encoder">Family of its encoder.</param>
/// <param name="Languages">Languages it is meant for; <c>mul</c> for any.</param>
/// <param name="Feedback">Kind of feedback; a request may choose another.</param>
/// <param name="Fusion">How feedback meets the encoder's states.</param>
/// <param name="Rounds">Feedback rounds.</param>
/// <param name="TrainableFromScratch">It needs no pre-trained weights.</param>
/// <param name="Defaults">What the preset decides.</param>
/// <param name="Schema">JSON Schema of every option of supervised training.</param>
/// <param name="Schemas">JSON Schema of every option, by each method that the preset can be trained by.</param>
public sealed record PresetObject(
    string Id,
    string Description,
    string Encoder,
    IReadOnlyList<string> Languages,
    JsonNode? Feedback,
    JsonNode? Fusion,
    JsonNode? Rounds,
    bool TrainableFromScratch,
    JsonObject Defaults,
    JsonObject Schema,
    IReadOnlyDictionary<string, JsonObject> Schemas)
{
    /// <summary>Always <c>preset</c>.</summary>
    public string Object => "preset";

    internal static PresetObject From(Preset preset)
    {
        var schema = OptionSchema.Create(preset);
        return new PresetObject(
            preset.Id,
            preset.Description,
            preset.Encoder.ToString().ToLowerInvariant(),
            preset.Languages,
            Default(schema, "feedback"),
            Default(schema, "fusion"),
            Default(schema, "rounds"),
            preset.TrainableFromScratch,
            OptionJson.Write(preset.Defaults, preset.Encoder),
            schema,
            Enum.GetValues<TrainingMethods>().Where(method => int.IsPow2((int)method) && preset.Methods.HasFlag(method))
                .ToDictionary(OptionJson.NameOf, method => OptionSchema.Create(preset, method)));
    }

    private static JsonNode? Default(JsonObject schema, string option) => schema["properties"]?[option]?["default"]?.DeepClone();
}
