using FeedbackService.Training.Optimization;
using FeedbackService.Training.Options;

namespace FeedbackService.Training.Tests.Optimization;

public sealed class LearningRateScheduleTests
{
    [Theory]
    [InlineData(SchedulerKind.Linear, 1, 0.25)]
    [InlineData(SchedulerKind.Linear, 4, 1.0)]
    [InlineData(SchedulerKind.Linear, 12, 9.0 / 17)]
    [InlineData(SchedulerKind.Linear, 20, 1.0 / 17)]
    [InlineData(SchedulerKind.Cosine, 2, 0.5)]
    [InlineData(SchedulerKind.Cosine, 4, 1.0)]
    [InlineData(SchedulerKind.Cosine, 12, 0.5461341)]
    [InlineData(SchedulerKind.Constant, 3, 0.75)]
    [InlineData(SchedulerKind.Constant, 20, 1.0)]
    [InlineData(SchedulerKind.Noam, 1, 0.25)]
    [InlineData(SchedulerKind.Noam, 4, 1.0)]
    [InlineData(SchedulerKind.Noam, 16, 0.5)]
    public void Rate_MatchesTheFormulaByHand(SchedulerKind kind, int step, double expectedShareOfPeak)
    {
        var schedule = new LearningRateSchedule(kind, peakLearningRate: 0.01, totalSteps: 20, warmupRatio: 0.2);

        Assert.Equal(4, schedule.WarmupSteps);
        Assert.Equal(0.01 * expectedShareOfPeak, schedule.At(step), 1e-9);
    }

    [Theory]
    [InlineData(SchedulerKind.Linear)]
    [InlineData(SchedulerKind.Cosine)]
    [InlineData(SchedulerKind.Constant)]
    [InlineData(SchedulerKind.Noam)]
    public void Rate_NeverPassesThePeakAndNeverReachesZero(SchedulerKind kind)
    {
        foreach (var ratio in new[] { 0, 0.1, 0.5 })
        {
            var schedule = new LearningRateSchedule(kind, 0.3, 100, ratio);

            Assert.All(Enumerable.Range(1, 100), step => Assert.InRange(schedule.At(step), 1e-9, 0.3 + 1e-12));
            Assert.Equal(0.3, Enumerable.Range(1, 100).Max(step => schedule.At(step)), 0.004);
        }
    }

    // Seed item 2-5: lr = s·d^−½·min(t^−½, t·w^−1.5). Ours names the peak instead of s: with (d·w)^−½ it is the seed's with s = 1.
    [Fact]
    public void Noam_WithThePeakOfItsWidth_IsTheFormulaOfThePaper()
    {
        const int width = 256, warmup = 4000, steps = 40_000;
        var schedule = new LearningRateSchedule(SchedulerKind.Noam, 1 / Math.Sqrt(width * warmup), steps, warmupRatio: 0.1);

        Assert.Equal(warmup, schedule.WarmupSteps);
        Assert.Equal(9.88e-4, schedule.At(warmup), 5e-7);
        Assert.All([1, 10, 3999, 4000, 4001, 20_000, 40_000], step =>
            Assert.Equal(Math.Min(Math.Pow(step, -0.5), step * Math.Pow(warmup, -1.5)) / Math.Sqrt(width), schedule.At(step), 1e-12));
    }
}
