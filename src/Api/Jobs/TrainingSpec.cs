using System.Text.Json;
using System.Text.Json.Nodes;
using FeedbackService.Api.Hosting;
using FeedbackService.Training.Options;

namespace FeedbackService.Api.Jobs;

/// <summary>What a training job was asked to do, effective values included: the <c>SpecJson</c> of a job of kind Train.</summary>
public sealed record TrainingSpec
{
    /// <summary>Base as the job shows it: a preset's id, or a registered version <c>name:version</c>.</summary>
    public required string Model { get; init; }

    /// <summary>Preset to start from; null when <see cref="BaseModel"/> is given.</summary>
    public string? Preset { get; init; }

    /// <summary>Registered version to go on from, <c>name:version</c>; null when <see cref="Preset"/> is given.</summary>
    public string? BaseModel { get; init; }

    /// <summary>Id of the training file.</summary>
    public required string TrainingFile { get; init; }

    /// <summary>Id of the validation file; null: split one off.</summary>
    public string? ValidationFile { get; init; }

    /// <summary>Name of the registered model of the result.</summary>
    public required string ResultName { get; init; }

    /// <summary>As asked; null if it was not.</summary>
    public string? Suffix { get; init; }

    /// <summary>0 to 2^31 - 1.</summary>
    public required int Seed { get; init; }

    /// <summary>supervised or masked_language_modeling.</summary>
    public string Method { get; init; } = "supervised";

    /// <summary>Effective value of every option.</summary>
    public required JsonObject Hyperparameters { get; init; }

    /// <summary>The method as training knows it.</summary>
    internal TrainingMethods MethodKind => OptionJson.MethodOf(Method) ?? TrainingMethods.Supervised;

    /// <summary>The method of what is stored; supervised where nothing is said of it.</summary>
    internal static TrainingMethods MethodOf(string? json) =>
        json is not null && JsonNode.Parse(json)?["method"]?.GetValue<string>() is { } name ? OptionJson.MethodOf(name) ?? TrainingMethods.Supervised : TrainingMethods.Supervised;

    /// <summary>As it is stored.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ApiJson.Options);

    /// <summary>From what is stored.</summary>
    public static TrainingSpec FromJson(string json) => JsonSerializer.Deserialize<TrainingSpec>(json, ApiJson.Options)!;
}
