using FeedbackService.Training.Options;

namespace FeedbackService.Training.Objectives;

/// <summary>How much each round's loss counts; the weights sum to 1.</summary>
public static class RoundSupervision
{
    /// <summary>Weights of rounds 0 … <paramref name="rounds"/>.</summary>
    /// <param name="kind">depth-weighted (k + 1) / Σ, uniform 1 / (K + 1), or 1 for the last round alone.</param>
    /// <param name="rounds">Feedback rounds K, 0 or more.</param>
    /// <returns>K + 1 weights.</returns>
    public static double[] Weights(SupervisionKind kind, int rounds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rounds);
        var raw = Enumerable.Range(0, rounds + 1).Select(round => kind switch
        {
            SupervisionKind.Uniform => 1.0,
            SupervisionKind.Last => round == rounds ? 1.0 : 0.0,
            _ => round + 1.0,
        }).ToArray();
        var sum = raw.Sum();
        return [.. raw.Select(weight => weight / sum)];
    }
}
