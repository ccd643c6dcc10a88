using FeedbackService.Training.Metrics;

namespace FeedbackService.Training.Tests.Metrics;

public sealed class PairedComparisonTests
{
    // Expected values from the formulas in another language, with exact fractions for the test.
    [Theory]
    [InlineData(12, 2, 0.012939453125)]
    [InlineData(2, 12, 0.012939453125)]
    [InlineData(5, 0, 0.0625)]
    [InlineData(3, 3, 1)]
    [InlineData(0, 0, 1)]
    [InlineData(1200, 1100, 0.03896685268382058)]
    public void PValue_IsTheExactBinomialOne(long onlyFirst, long onlySecond, double expected) =>
        Assert.Equal(expected, new PairedComparison(36, onlyFirst, onlySecond, 0).PValue, 1e-9);

    [Theory]
    [InlineData(36, 12, 2, 0, 0.05692958400323875, 0.3404276029749406)]
    [InlineData(14, 5, 0, 22, 0.01148324138303325, 0.2264926843512112)]
    public void Interval_IsNewcombesPairedOne(long both, long onlyFirst, long onlySecond, long neither, double low, double high)
    {
        var interval = new PairedComparison(both, onlyFirst, onlySecond, neither).Interval;
        Assert.Equal(low, interval.Low, 1e-12);
        Assert.Equal(high, interval.High, 1e-12);
        var turned = new PairedComparison(both, onlySecond, onlyFirst, neither).Interval;
        Assert.Equal(-high, turned.Low, 1e-12);
        Assert.Equal(-low, turned.High, 1e-12);
    }

    [Theory]
    [InlineData(0, 0, 0, 0)]
    [InlineData(10, 0, 0, 0)]
    [InlineData(0, 0, 0, 10)]
    [InlineData(0, 10, 0, 0)]
    [InlineData(0, 0, 1, 0)]
    public void Edges_AreFinite_AndTheIntervalHoldsTheDifference(long both, long onlyFirst, long onlySecond, long neither)
    {
        var pairs = new PairedComparison(both, onlyFirst, onlySecond, neither);
        Assert.InRange(pairs.Difference, pairs.Interval.Low, pairs.Interval.High);
        Assert.InRange(pairs.Interval.Low, -1, pairs.Interval.High);
        Assert.InRange(pairs.PValue, 0, 1);
    }
}
