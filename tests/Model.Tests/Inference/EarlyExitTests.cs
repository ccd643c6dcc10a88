using FeedbackService.Model.Configuration;
using FeedbackService.Model.Inference;

namespace FeedbackService.Model.Tests.Inference;

public sealed class EarlyExitTests
{
    [Theory]
    [InlineData(0, 0, null, null, 0.5, ExitReason.None)]
    [InlineData(0, 0, null, 0.1, 0.5, ExitReason.None)]
    [InlineData(0, 2, null, null, 1.0, null)]
    [InlineData(1, 2, null, null, 1.0, null)]
    [InlineData(2, 2, null, null, 0.1, ExitReason.None)]
    [InlineData(0, 2, 0, null, 0.5, ExitReason.MaxRounds)]
    [InlineData(0, 2, 1, null, 0.5, null)]
    [InlineData(1, 2, 1, null, 0.5, ExitReason.MaxRounds)]
    [InlineData(2, 2, 2, null, 0.5, ExitReason.None)]
    [InlineData(2, 2, 99, null, 0.5, ExitReason.None)]
    [InlineData(0, 2, null, 0.875, 0.875, ExitReason.Settled)]
    [InlineData(0, 2, null, 0.9, 0.89, null)]
    [InlineData(0, 2, 0, 0.9, 0.95, ExitReason.Settled)]
    [InlineData(0, 2, 0, 0.9, 0.5, ExitReason.MaxRounds)]
    [InlineData(2, 2, null, 0.9, 0.95, ExitReason.None)]
    public void Rule_Decides(int round, int rounds, int? maxRounds, double? threshold, double top, ExitReason? expected) =>
        Assert.Equal(expected, Decide(round, rounds, new PredictionOptions { MaxRounds = maxRounds, ExitThreshold = threshold }, [(float)top, 0]));

    [Theory]
    [InlineData(0.21, 0.6, 0.5, ExitReason.Settled)] // changes by 0.2
    [InlineData(0.19, 0.6, 0.5, null)]
    [InlineData(2.0, 0.6, 0.4, null)] // another label
    [InlineData(2.0, 0.6, 0.5, ExitReason.Settled)] // on a tie the first
    [InlineData(null, 0.6, 0.6, null)]
    public void Change_SettlesWhatStaysTheSameLabel(double? change, float now, float before, ExitReason? expected) =>
        Assert.Equal(expected, Decide(1, 3, new PredictionOptions { ExitChange = change }, [now, 1 - now], [before, 1 - before]));

    [Fact]
    public void Change_NeedsARoundBefore_AndEitherRuleIsEnough()
    {
        Assert.Null(Decide(0, 3, new PredictionOptions { ExitChange = 2 }, [0.9f, 0.1f]));
        Assert.Equal(ExitReason.None, Decide(3, 3, new PredictionOptions { ExitChange = 2 }, [0.9f, 0.1f], [0.9f, 0.1f]));
        Assert.Equal(ExitReason.MaxRounds, Decide(1, 3, new PredictionOptions { ExitChange = 0.1, MaxRounds = 1 }, [0.9f, 0.1f], [0.6f, 0.4f]));
        Assert.Equal(ExitReason.Settled, Decide(1, 3, new PredictionOptions { ExitChange = 0.1, ExitThreshold = 0.9 }, [0.95f, 0.05f], [0.6f, 0.4f]));
        Assert.Equal(ExitReason.Settled, Decide(1, 3, new PredictionOptions { ExitChange = 0.1, ExitThreshold = 0.99 }, [0.6f, 0.4f], [0.6f, 0.4f]));
    }

    [Fact]
    public void SeveralLabels_AreTheSameWhenTheSameOnesReachTheirThresholds()
    {
        ExitReason? Of(float[] now, float[] before, double[]? thresholds) =>
            EarlyExit.Decide(1, 3, new PredictionOptions { ExitChange = 0.5 }, now, before, HeadKind.MultiLabel, thresholds);

        Assert.Equal(ExitReason.Settled, Of([0.9f, 0.4f], [0.8f, 0.3f], null));
        Assert.Null(Of([0.9f, 0.6f], [0.9f, 0.4f], null));
        Assert.Equal(ExitReason.Settled, Of([0.9f, 0.6f], [0.9f, 0.4f], [0.5, 0.3]));
        Assert.Null(Of([0.9f, 0.4f], [0.8f, 0.2f], [0.5, 0.3]));
    }

    private static ExitReason? Decide(int round, int rounds, PredictionOptions options, float[] now, float[]? before = null) =>
        EarlyExit.Decide(round, rounds, options, now, before, HeadKind.SingleLabel);
}
