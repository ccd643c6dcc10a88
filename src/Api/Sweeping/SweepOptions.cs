using System.ComponentModel.DataAnnotations;

namespace FeedbackService.Api.Sweeping;

/// <summary>How long things are kept that nobody deletes by hand. Section <c>Sweeping</c>.</summary>
internal sealed class SweepOptions : IValidatableObject
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Sweeping";

    private static readonly TimeSpan LeastGrace = TimeSpan.FromMinutes(1);

    /// <summary>How often is swept. Default 10 min.</summary>
    public TimeSpan Every { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// How long something that no row names any more stays on disk. Default 24 h; at least 1 min, so that a request that has just
    /// looked a version up still finds its files.
    /// </summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long answers of asynchronous classifications and Idempotency-Keys are kept. Default 24 h.</summary>
    public TimeSpan KeepClassifications { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Newest checkpoints that an ended job keeps; the best one is kept besides. Default 2.</summary>
    [Range(0, 1000)]
    public int KeepCheckpoints { get; set; } = 2;

    /// <summary>How long an ended job keeps them. Default 30 days.</summary>
    public TimeSpan KeepCheckpointsFor { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long the single predictions of an evaluation are kept; its report stays. Default 30 days.</summary>
    public TimeSpan KeepPredictions { get; set; } = TimeSpan.FromDays(30);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Every <= TimeSpan.Zero)
        {
            yield return new ValidationResult("Sweeping:Every must be more than zero.", [nameof(Every)]);
        }
        if (Grace < LeastGrace)
        {
            yield return new ValidationResult($"Sweeping:Grace must be at least {LeastGrace}.", [nameof(Grace)]);
        }
        if (KeepClassifications < TimeSpan.Zero || KeepCheckpointsFor < TimeSpan.Zero || KeepPredictions < TimeSpan.Zero)
        {
            yield return new ValidationResult(
                "Sweeping:KeepClassifications, Sweeping:KeepCheckpointsFor and Sweeping:KeepPredictions cannot be negative.", [nameof(KeepPredictions)]);
        }
    }
}
