using System.Text.Json;
using FeedbackService.Training.Loop;

namespace FeedbackService.Api.Jobs.Training;

/// <summary>What a worker tells a training process, as a file.</summary>
/// <param name="Plan">What to train.</param>
/// <param name="TorchNative">Folder of libtorch to load; null for the one that came along.</param>
/// <param name="YieldsToServing">Whether the process takes a lower priority, because the same machine answers requests.</param>
internal sealed record TrainerTask(TrainingPlan Plan, string? TorchNative, bool YieldsToServing)
{
    /// <summary>Writes the file.</summary>
    public void Save(string path) => File.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(this));

    /// <summary>Reads the file.</summary>
    /// <exception cref="JsonException">The file is no task.</exception>
    public static TrainerTask Load(string path) =>
        JsonSerializer.Deserialize<TrainerTask>(File.ReadAllBytes(path)) ?? throw new JsonException("The file says null.");
}
