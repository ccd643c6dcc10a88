using System.Text.Json.Nodes;

namespace FeedbackService.Api.Features.FineTuning;

/// <summary>What a training would cost.</summary>
/// <param name="Steps">Optimizer steps if nothing stops it early.</param>
/// <param name="Seconds">Time, from a good to a bad case.</param>
/// <param name="MemoryBytes">Memory of the training process at its peak.</param>
/// <param name="Hyperparameters">Effective value of every option.</param>
/// <param name="Warnings">What speaks against a good result; the job's log would begin with them.</param>
public sealed record FineTuningEstimate(
    long Steps, SecondsRange Seconds, long MemoryBytes, JsonObject Hyperparameters, IReadOnlyList<TrainingWarning> Warnings)
{
    /// <summary>Always <c>fine_tuning.estimate</c>.</summary>
    public string Object => "fine_tuning.estimate";
}
