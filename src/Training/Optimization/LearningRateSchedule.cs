using FeedbackService.Training.Options;

namespace FeedbackService.Training.Optimization;

/// <summary>
/// The learning rate as a pure function of the global step, so that a resumed training needs no scheduler state.
/// </summary>
/// <remarks>
/// With s = step (1-based: the rate of the s-th update), W = warm-up steps, T = total steps, p = (s − W) / (T + 1 − W) and peak η:
/// warm-up η·s/W; linear η·(1 − p); cosine η·½(1 + cos πp); constant η;
/// noam η·√W·min(s^−½, s·W^−1.5), Vaswani et al. 2017 eq. 3 with its factor chosen so that the peak at s = W is η; their own, for width d, is η = (d·W)^−½.
/// Differs from Hugging Face's schedules in counting from 1 and in T + 1 for T, so that neither the first nor the last update is one by zero.
/// </remarks>
public sealed class LearningRateSchedule
{
    private readonly SchedulerKind _kind;
    private readonly double _peak;

    /// <summary>Makes the schedule of one run.</summary>
    /// <param name="kind">Course after the warm-up.</param>
    /// <param name="peakLearningRate">Highest rate, above 0.</param>
    /// <param name="totalSteps">Updates of the whole run, at least 1.</param>
    /// <param name="warmupRatio">Share of the steps that warm up, in [0, 1). Noam warms up for at least one step.</param>
    public LearningRateSchedule(SchedulerKind kind, double peakLearningRate, long totalSteps, double warmupRatio)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(peakLearningRate);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(totalSteps);
        ArgumentOutOfRangeException.ThrowIfNegative(warmupRatio);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(warmupRatio, 1);
        _kind = kind;
        _peak = peakLearningRate;
        TotalSteps = totalSteps;
        WarmupSteps = (long)(totalSteps * warmupRatio);
    }

    /// <summary>Updates of the whole run, T.</summary>
    public long TotalSteps { get; }

    /// <summary>Updates of the warm-up, W.</summary>
    public long WarmupSteps { get; }

    /// <summary>The rate of the <paramref name="step"/>-th update.</summary>
    /// <param name="step">1 … <see cref="TotalSteps"/>; later steps get the last rate.</param>
    public double At(long step)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(step);
        step = Math.Min(step, TotalSteps);
        if (_kind == SchedulerKind.Noam)
        {
            var warmup = (double)Math.Max(1, WarmupSteps);
            return _peak * Math.Sqrt(warmup) * Math.Min(1 / Math.Sqrt(step), step * Math.Pow(warmup, -1.5));
        }

        if (step < WarmupSteps)
        {
            return _peak * step / WarmupSteps;
        }

        var progress = (step - WarmupSteps) / (double)(TotalSteps + 1 - WarmupSteps);
        return _kind switch
        {
            SchedulerKind.Linear => _peak * (1 - progress),
            SchedulerKind.Cosine => _peak * 0.5 * (1 + Math.Cos(Math.PI * progress)),
            _ => _peak,
        };
    }
}
