using System.Text.Json;

namespace FeedbackService.Api.Features.FineTuning;

/// <summary>What to fine-tune on what.</summary>
public sealed record CreateFineTuningJobRequest
{
    /// <summary>A preset's id, or a registered model to go on from: <c>name</c>, <c>name:3</c> or <c>name@alias</c>.</summary>
    public required string Model { get; init; }

    /// <summary>Id of an uploaded file with labelled texts; pre-training needs no labels.</summary>
    public required string TrainingFile { get; init; }

    /// <summary>Id of a file to validate with; absent: a part of the training file is split off.</summary>
    public string? ValidationFile { get; init; }

    /// <summary>Name of the model that the result becomes a version of; absent: that of the base, or one made up.</summary>
    public string? Suffix { get; init; }

    /// <summary>Decides everything random, 0 to 2147483647. Default 42.</summary>
    public long? Seed { get; init; }

    /// <summary>Up to 16 pairs of your own; names to 64 characters, values to 512.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>-100 to 100; jobs of higher priority run first, and may make running ones of lower give way at a checkpoint. Default 0.</summary>
    public int? Priority { get; init; }

    /// <summary>Which workers may take it: <c>auto</c> (default) any, <c>cpu</c> or <c>cuda</c> only such. It waits until there is one.</summary>
    public string? Device { get; init; }

    /// <summary>How to train. Absent: supervised with the preset's options.</summary>
    public FineTuningMethod? Method { get; init; }

    /// <summary>Options in the place where older clients put them; use <c>method</c>.</summary>
    public JsonElement? Hyperparameters { get; init; }

    /// <summary>None are supported: null or empty.</summary>
    public JsonElement? Integrations { get; init; }
}
