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
    [InlineData(0, 2, null, 0.9, 0.9, ExitReason.Settled)]
    [InlineData(0, 2, null, 0.9, 0.89, null)]
    [InlineData(0, 2, 0, 0.9, 0.95, ExitReason.Settled)]
    [InlineData(0, 2, 0, 0.9, 0.5, ExitReason.MaxRounds)]
    [InlineData(2, 2, null, 0.9, 0.95, ExitReason.None)]
    public void Rule_Decides(int round, int rounds, int? maxRounds, double? threshold, double top, ExitReason? expected) =>
        Assert.Equal(expected, EarlyExit.Decide(round, rounds, new PredictionOptions { MaxRounds = maxRounds, ExitThreshold = threshold }, top));
}
