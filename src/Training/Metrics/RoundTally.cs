using FeedbackService.Model.Inference;

namespace FeedbackService.Training.Metrics;

/// <summary>Counts round by round: who is right, and what each round changes of the one before it.</summary>
internal sealed class RoundTally(int feedbackRounds)
{
    private readonly long[] _right = new long[feedbackRounds + 1];
    private readonly long[] _wrongToRight = new long[feedbackRounds + 1];
    private readonly long[] _rightToWrong = new long[feedbackRounds + 1];
    private readonly double[] _change = new double[feedbackRounds + 1];
    private long _texts;

    /// <summary>Answers of the last round that are right.</summary>
    public long Right => _right[^1];

    /// <summary>Counts one text.</summary>
    /// <param name="probabilitiesPerRound">As in <see cref="IEvaluationAccumulator.Add"/>.</param>
    /// <param name="isRight">Whether a round with these probabilities answers right.</param>
    public void Add(IReadOnlyList<float[]> probabilitiesPerRound, Func<float[], bool> isRight)
    {
        _texts++;
        var (before, wasRight) = (probabilitiesPerRound[0], false);
        for (var round = 0; round <= feedbackRounds; round++)
        {
            var taken = probabilitiesPerRound[Math.Min(round, probabilitiesPerRound.Count - 1)];
            var right = isRight(taken);
            _right[round] += right ? 1 : 0;
            _wrongToRight[round] += right && !wasRight ? 1 : 0;
            _rightToWrong[round] += wasRight && !right ? 1 : 0;
            _change[round] += LabelProbabilities.Distance(taken, before);
            (before, wasRight) = (taken, right);
        }
    }

    /// <summary>The figures of all texts so far.</summary>
    public IReadOnlyList<RoundReport> ToReports()
    {
        double texts = Math.Max(1, _texts);
        return [.. _right.Select((right, round) => round == 0
            ? new RoundReport(round, right / texts)
            : new RoundReport(round, right / texts) { WrongToRight = _wrongToRight[round], RightToWrong = _rightToWrong[round], MeanChange = _change[round] / texts })];
    }
}
