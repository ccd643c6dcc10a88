using System.Text.Json;
using System.Text.Json.Nodes;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;

namespace FeedbackService.Api.Features.FineTuning;

/// <summary>A fine-tuning job, in the shape of OpenAI's API.</summary>
public sealed record FineTuningJobObject
{
    // The official .NET client sleeps until estimated_finish and fails on a moment in the past: five seconds, and one for what whole seconds cut off.
    private const long SoonestFinishSeconds = 6;

    /// <summary><c>ftjob-…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Always <c>fine_tuning.job</c>.</summary>
    public string Object => "fine_tuning.job";

    /// <summary>Unix seconds.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>Why it failed; null unless it did.</summary>
    public required JobError? Error { get; init; }

    /// <summary>The version it made, <c>name:version</c>; null until it has succeeded.</summary>
    public required string? FineTunedModel { get; init; }

    /// <summary>Unix seconds; null until it has ended.</summary>
    public required long? FinishedAt { get; init; }

    /// <summary>Unix seconds; only while it runs and only when it can be told.</summary>
    public required long? EstimatedFinish { get; init; }

    /// <summary>Effective value of every option.</summary>
    public required JsonObject Hyperparameters { get; init; }

    /// <summary>The method with the same values.</summary>
    public required FineTuningMethodObject Method { get; init; }

    /// <summary>Preset or version it starts from.</summary>
    public required string Model { get; init; }

    /// <summary>There is one organization here.</summary>
    public string OrganizationId => "local";

    /// <summary>Ids of files with figures at about two hundred steps; empty until it has succeeded.</summary>
    public required IReadOnlyList<string> ResultFiles { get; init; }

    /// <summary>queued, running, paused, succeeded, failed or cancelled.</summary>
    public required string Status { get; init; }

    /// <summary>Tokens read in all steps; null until it has succeeded.</summary>
    public required int? TrainedTokens { get; init; }

    /// <summary>Id of the training file.</summary>
    public required string TrainingFile { get; init; }

    /// <summary>Id of the validation file; null when a part of the training file is split off.</summary>
    public required string? ValidationFile { get; init; }

    /// <summary>Decides everything random.</summary>
    public required int Seed { get; init; }

    /// <summary>None are supported.</summary>
    public IReadOnlyList<JsonObject> Integrations => [];

    /// <summary>Name asked for the result.</summary>
    public required string? UserProvidedSuffix { get; init; }

    /// <summary>Pairs of the caller.</summary>
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>Jobs of higher priority run first.</summary>
    public required int Priority { get; init; }

    /// <summary>Which workers may take it: auto, cpu or cuda.</summary>
    public required string Device { get; init; }

    /// <summary>Newest progress of a training; null before the first.</summary>
    public required JsonObject? Progress { get; init; }

    internal static FineTuningJobObject From(JobRow row, TimeProvider clock)
    {
        var spec = TrainingSpec.FromJson(row.SpecJson);
        var progress = row.ProgressJson is null ? null : JsonNode.Parse(row.ProgressJson) as JsonObject;
        return new FineTuningJobObject
        {
            Id = row.Id,
            CreatedAt = Timestamps.ToUnixSeconds(row.CreatedAt),
            Error = JobError.From(row),
            FineTunedModel = row.State == JobState.Succeeded ? row.ResultModel : null,
            FinishedAt = row.FinishedAt is { } finished ? Timestamps.ToUnixSeconds(finished) : null,
            EstimatedFinish = EstimateFinish(row, progress, clock),
            Hyperparameters = spec.Hyperparameters,
            Method = FineTuningMethodObject.Of(spec.Method, spec.Hyperparameters),
            Model = spec.Model,
            ResultFiles = row.State == JobState.Succeeded ? [Ids.ResultFileOf(row.Id)] : [],
            Status = JsonNamingPolicy.SnakeCaseLower.ConvertName(row.State.ToString()),
            TrainedTokens = row.State == JobState.Succeeded && Number(progress, "trained_tokens") is { } tokens and <= int.MaxValue ? (int)tokens : null,
            TrainingFile = spec.TrainingFile,
            ValidationFile = spec.ValidationFile,
            Seed = spec.Seed,
            UserProvidedSuffix = spec.Suffix,
            Metadata = JsonSerializer.Deserialize<Dictionary<string, string>>(row.MetadataJson) ?? [],
            Priority = row.Priority,
            Device = JobWishes.DeviceWord(row.Device),
            Progress = progress,
        };
    }

    private static long? EstimateFinish(JobRow row, JsonObject? progress, TimeProvider clock)
    {
        if (row.State != JobState.Running || row is { PauseRequested: true, CancelRequested: false })
        {
            return null;
        }

        // One that is asked to stop ends soon, whatever its steps would have taken: a client that sleeps must not sleep through that.
        var soonest = Timestamps.ToUnixSeconds(clock.NowMicroseconds()) + SoonestFinishSeconds;
        if (row.CancelRequested)
        {
            return soonest;
        }

        // The estimate was made when the progress was written, and time has passed since.
        return Number(progress, "eta_seconds") is { } left ? Math.Max(Timestamps.ToUnixSeconds(row.UpdatedAt) + (long)left, soonest) : null;
    }

    private static double? Number(JsonObject? progress, string name) =>
        progress?[name] is JsonValue value && value.TryGetValue<double>(out var number) ? number : null;
}
