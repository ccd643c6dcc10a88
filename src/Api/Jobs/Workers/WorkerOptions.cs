using System.ComponentModel.DataAnnotations;

namespace FeedbackService.Api.Jobs.Workers;

/// <summary>How workers are heard of. Section <c>Workers</c>.</summary>
internal sealed class WorkerOptions : IValidatableObject
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Workers";

    private const int MissedHeartbeats = 3;

    /// <summary>Time between heartbeats; after three that did not come, a worker counts as lost. Default 5 s.</summary>
    public TimeSpan HeartbeatEvery { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a lost worker is still listed. Default 10 min.</summary>
    public TimeSpan ForgetAfter { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Age of the last heartbeat from which on a worker counts as lost.</summary>
    public TimeSpan LostAfter => MissedHeartbeats * HeartbeatEvery;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (HeartbeatEvery < TimeSpan.FromMilliseconds(10) || ForgetAfter < LostAfter)
        {
            yield return new ValidationResult(
                "Workers:HeartbeatEvery must be at least 10 ms, and Workers:ForgetAfter at least three times as long.", [nameof(HeartbeatEvery)]);
        }
    }
}
