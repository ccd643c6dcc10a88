using FeedbackService.Training.Metrics;

namespace FeedbackService.Training.Tests.Metrics;

public sealed class ThresholdFittingTests
{
    [Fact]
    public void Fit_FindsTheBestCutOfEachLabel()
    {
        // Label 0 is present from 0.3 up, label 1 from 0.8 up, label 2 never.
        float[][] probabilities = [[0.9f, 0.9f, 0.4f], [0.3f, 0.8f, 0.4f], [0.2f, 0.7f, 0.9f], [0.1f, 0.6f, 0.9f]];

        double[] thresholds = ThresholdFitting.Fit(probabilities, [[0, 1], [0, 1], [], []], 3);

        Assert.Equal(0.25, thresholds[0], 6);
        Assert.Equal(0.75, thresholds[1], 6);
        Assert.Equal(0.5, thresholds[2]);
    }

    [Fact]
    public void Fit_NeverDoesWorseThanOneHalf()
    {
        float[][] probabilities = [.. Enumerable.Range(0, 101).Select(i => new[] { i / 100f })];
        int[][] truths = [.. Enumerable.Range(0, 101).Select(i => (i * 37 % 101) + i > 90 ? new[] { 0 } : [])];

        double threshold = ThresholdFitting.Fit(probabilities, truths, 1)[0];

        Assert.True(F1(threshold) > F1(0.5), $"{threshold}: {F1(threshold)}, one half: {F1(0.5)}");
        double F1(double cut)
        {
            IEvaluationAccumulator sut = EvaluationAccumulator.MultiLabel(["x"], 0, [cut]);
            for (int i = 0; i < truths.Length; i++)
            {
                sut.Add([probabilities[i]], truths[i]);
            }

            return sut.ToReport().MacroF1;
        }
    }

    [Fact]
    public void Fit_TreatsEqualProbabilitiesAlike()
    {
        double threshold = ThresholdFitting.Fit([[0.6f], [0.6f], [0.6f], [0.2f]], [[0], [], [0], []], 1)[0];

        Assert.Equal(0.4, threshold, 6);
    }
}
