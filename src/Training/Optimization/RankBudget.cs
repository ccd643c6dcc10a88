namespace FeedbackService.Training.Optimization;

/// <summary>
/// How many ranks AdaLoRA's maps may have together after a step (Zhang et al. 2023, arXiv:2303.10512, equation 12):
/// b(t) = b_T + (b₀ − b_T)·(1 − (t − t_i) / (T − t_i − t_f))³ between two warm-ups of t_i and t_f steps, rounded down; b₀ before, b_T behind.
/// </summary>
public sealed class RankBudget
{
    private readonly long _initial;
    private readonly int _interval;

    /// <summary>Makes the budget of one run.</summary>
    /// <param name="start">b₀, at least <paramref name="target"/>.</param>
    /// <param name="target">b_T, at least 0.</param>
    /// <param name="totalSteps">T, at least 1.</param>
    /// <param name="initialWarmup">t_i as a share of T.</param>
    /// <param name="finalWarmup">t_f as a share of T; both together below 1.</param>
    /// <param name="interval">ΔT: steps between two cuts, at least 1.</param>
    public RankBudget(int start, int target, long totalSteps, double initialWarmup, double finalWarmup, int interval)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(target);
        ArgumentOutOfRangeException.ThrowIfLessThan(start, target);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(totalSteps);
        ArgumentOutOfRangeException.ThrowIfNegative(initialWarmup);
        ArgumentOutOfRangeException.ThrowIfNegative(finalWarmup);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(initialWarmup + finalWarmup, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(interval);
        (Start, Target, _interval) = (start, target, interval);
        _initial = (long)(totalSteps * initialWarmup);
        SettledStep = totalSteps - (long)(totalSteps * finalWarmup);
    }

    /// <summary>b₀.</summary>
    public int Start { get; }

    /// <summary>b_T.</summary>
    public int Target { get; }

    /// <summary>T − t_f: the step of the last cut, with which the budget is <see cref="Target"/>.</summary>
    public long SettledStep { get; }

    /// <summary>Ranks after the <paramref name="step"/>-th step, counted from 1.</summary>
    public int At(long step)
    {
        if (step <= _initial)
        {
            return Start;
        }

        var left = step >= SettledStep ? 0 : 1 - ((step - _initial) / (double)(SettledStep - _initial));
        return Target + (int)((Start - Target) * left * left * left);
    }

    /// <summary>Ranks are taken after this step: every ΔT-th between the warm-ups, and in any case the last.</summary>
    public bool IsCut(long step) => step == SettledStep || (step > _initial && step < SettledStep && step % _interval == 0);
}
