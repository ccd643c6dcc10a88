using FeedbackService.Training.Optimization;

namespace FeedbackService.Training.Tests.Optimization;

public sealed class RankBudgetTests
{
    [Fact]
    public void Budget_FallsByACubeBetweenTheWarmUps()
    {
        var budget = new RankBudget(start: 120, target: 20, totalSteps: 1000, initialWarmup: 0.1, finalWarmup: 0.3, interval: 10);

        Assert.Equal(700, budget.SettledStep);
        Assert.All(new long[] { 1, 50, 100 }, step => Assert.Equal(120, budget.At(step)));
        // Half of the way is left: (1/2)³ of 100.
        Assert.Equal(20 + 12, budget.At(400));
        Assert.Equal(20 + (int)(100 * 0.9 * 0.9 * 0.9), budget.At(160));
        Assert.All(new long[] { 700, 701, 1000 }, step => Assert.Equal(20, budget.At(step)));
        Assert.True(Enumerable.Range(1, 999).All(step => budget.At(step) >= budget.At(step + 1)));
    }

    [Fact]
    public void Cuts_ComeAtTheInterval_AndInAnyCaseAtTheEnd()
    {
        var budget = new RankBudget(12, 8, totalSteps: 50, initialWarmup: 0.1, finalWarmup: 0.3, interval: 7);

        Assert.Equal([7, 14, 21, 28, 35], Enumerable.Range(1, 50).Where(step => budget.IsCut(step)));
        Assert.Equal([7, 14, 21, 28, 31], Enumerable.Range(1, 44).Where(step => new RankBudget(12, 8, 44, 0.1, 0.3, 7).IsCut(step)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(9)]
    public void WithoutWarmUps_TheLastStepReachesTheTarget(long steps)
    {
        var budget = new RankBudget(12, 8, steps, 0, 0, 100);

        Assert.Equal((steps, 8), (budget.SettledStep, budget.At(steps)));
        Assert.True(budget.IsCut(steps));
    }

    [Fact]
    public void NothingToTake_IsAllowed_MoreThanThereIs_IsNot()
    {
        Assert.Equal(8, new RankBudget(8, 8, 10, 0, 0, 1).At(5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RankBudget(8, 9, 10, 0, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RankBudget(9, 8, 10, 0.5, 0.5, 1));
    }
}
