using FeedbackService.Model.Inference;

namespace FeedbackService.Training.Metrics;

/// <summary>Counts round by round how well an encoder whose states are a fixed point has solved for them; of other encoders there is nothing to count.</summary>
public sealed class SolutionTally
{
    private readonly List<(long Texts, long Sweeps, double Residual, double Kappa)> _rounds = [];

    /// <summary>Counts one text of a round.</summary>
    /// <param name="round">0 for the plain pass.</param>
    /// <param name="solution">Null for encoders that solve nothing.</param>
    public void Add(int round, SolutionTrace? solution)
    {
        if (solution is null)
        {
            return;
        }

        while (_rounds.Count <= round)
        {
            _rounds.Add((0, 0, 0, 0));
        }

        var (texts, sweeps, residual, kappa) = _rounds[round];
        _rounds[round] = (texts + 1, sweeps + solution.Sweeps, Math.Max(residual, solution.Residual), Math.Max(kappa, solution.Kappa));
    }

    /// <summary>The report with what was counted in its rounds.</summary>
    public EvaluationReport AddTo(EvaluationReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return _rounds.Count == 0 ? report : report with { Rounds = [.. report.Rounds.Select(With)] };
    }

    private RoundReport With(RoundReport report) => report.Round < _rounds.Count && _rounds[report.Round] is { Texts: > 0 } counted
        ? report with { Sweeps = (double)counted.Sweeps / counted.Texts, Residual = counted.Residual, Kappa = counted.Kappa }
        : report;
}
