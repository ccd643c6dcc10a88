using System.ComponentModel.DataAnnotations;

namespace FeedbackService.Api.Jobs;

/// <summary>How jobs are leased, rung and retried. Section <c>Jobs</c>.</summary>
internal sealed class JobOptions : IValidatableObject
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Jobs";

    /// <summary>How long a claim holds without renewal. Default 60 s.</summary>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Time between renewals. Default 15 s; at most a third of the lease.</summary>
    public TimeSpan RenewEvery { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Claims allowed per job without progress; a published checkpoint starts the count anew. Default 5: a service killed three
    /// times in a row must not cost a job, a job that kills its worker every time must end.
    /// </summary>
    [Range(1, 100)]
    public int MaxAttempts { get; set; } = 5;

    /// <summary>Jobs of one key that may run in a queue at once; its others wait, however many workers are idle. Default 0: no limit.</summary>
    [Range(0, 100_000)]
    public int RunningPerKey { get; set; }

    /// <summary>How often the outbox looks for rows that nobody rang for. Default 2 s.</summary>
    public TimeSpan DispatchEvery { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>When a queued row is rung for again, should a ring have been lost. Default 30 s.</summary>
    public TimeSpan RedispatchAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often expired leases are looked for. Default 5 s.</summary>
    public TimeSpan ReconcileEvery { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long jobs may wait beside an idle worker without a ring before it is rung again, and after as long again its server started anew. Default 15 s.</summary>
    public TimeSpan SilentAfter { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a training may take to stop after it was asked to, before it is killed. Default 15 s; less than a third of the lease.</summary>
    public TimeSpan StopGrace { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Shortest time between two checkpoints of a training; for large models on slow disks. Default 0: one at every evaluation.</summary>
    public TimeSpan CheckpointEvery { get; set; } = TimeSpan.Zero;

    /// <summary>Monotonic time without renewal after which a holder stops itself: two thirds of the lease.</summary>
    public TimeSpan SelfStopAfter => LeaseDuration * 2 / 3;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (LeaseDuration <= TimeSpan.Zero || RenewEvery <= TimeSpan.Zero || RenewEvery > LeaseDuration / 3)
        {
            yield return new ValidationResult(
                $"Jobs:RenewEvery ({RenewEvery}) must be more than zero and at most a third of Jobs:LeaseDuration ({LeaseDuration}).",
                [nameof(RenewEvery)]);
        }
        if (StopGrace < TimeSpan.Zero || StopGrace >= LeaseDuration / 3)
        {
            yield return new ValidationResult(
                $"Jobs:StopGrace ({StopGrace}) must not be negative and less than a third of Jobs:LeaseDuration ({LeaseDuration}): a training must be dead before its lease ends.",
                [nameof(StopGrace)]);
        }
        if (CheckpointEvery < TimeSpan.Zero)
        {
            yield return new ValidationResult($"Jobs:CheckpointEvery ({CheckpointEvery}) must not be negative.", [nameof(CheckpointEvery)]);
        }
        if (DispatchEvery <= TimeSpan.Zero || RedispatchAfter <= TimeSpan.Zero || ReconcileEvery <= TimeSpan.Zero || SilentAfter <= TimeSpan.Zero)
        {
            yield return new ValidationResult(
                "Jobs:DispatchEvery, Jobs:RedispatchAfter, Jobs:ReconcileEvery and Jobs:SilentAfter must be more than zero.", [nameof(DispatchEvery)]);
        }
    }
}
