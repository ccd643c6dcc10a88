using FeedbackService.Model.Inference;

namespace FeedbackService.Model.Tests.Inference;

public sealed class ThreadPlanTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(64, 1)]
    [InlineData(65, 4)]
    [InlineData(256, 4)]
    [InlineData(257, 8)]
    [InlineData(100_000, 8)]
    public void Round_TakesTheThreadsOfTheNextSize(int tokens, int threads) =>
        Assert.Equal(threads, new ThreadPlan([(16, 1), (64, 1), (256, 4)], 8).Threads(tokens));

    [Fact]
    public void Words_LeaveOutWhatMakesNoDifference()
    {
        Assert.Equal("on 1 thread", ThreadPlan.Always(1).ToString());
        Assert.Equal("on 2 threads", new ThreadPlan([(16, 2), (64, 2)], 2).ToString());
        Assert.Equal("up to 64 tokens on 1 thread, more on 2", new ThreadPlan([(16, 1), (64, 1), (256, 2)], 2).ToString());
        Assert.Equal("up to 16 tokens on 2 threads, up to 256 on 4, more on 8", new ThreadPlan([(16, 2), (64, 4), (256, 4)], 8).ToString());
    }

    [Fact]
    public void Numbers_BelowOneOrOutOfOrder_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ThreadPlan.Always(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ThreadPlan([(16, 0)], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ThreadPlan([(0, 1)], 1));
        Assert.Throws<ArgumentException>(() => new ThreadPlan([(64, 1), (16, 1)], 2));
    }
}
