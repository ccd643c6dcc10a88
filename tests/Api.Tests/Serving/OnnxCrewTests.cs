using System.Collections.Concurrent;
using FeedbackService.Api.Serving.Onnx;

namespace FeedbackService.Api.Tests.Serving;

public sealed class OnnxCrewTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly int[] Many = [.. Enumerable.Repeat(60, 64)];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void ManyTexts_AreComputedOnceEach_ByOneThreadAGroup(int threads)
    {
        using var sut = new OnnxCrew(threads, canSplit: true);
        for (var round = 0; round < 20; round++)
        {
            var computed = new ConcurrentBag<int>();
            sut.Compute(Many, (group, on) =>
            {
                Assert.Equal(OnnxThreads.One, on);
                Array.ForEach(group, computed.Add);
            });
            Assert.Equal(Enumerable.Range(0, Many.Length), computed.Order());
        }
    }

    [Fact]
    public void GroupsAreComputedSideBySide()
    {
        using var sut = new OnnxCrew(2, canSplit: true);
        using var both = new Barrier(2);
        var met = 0;
        sut.Compute([OnnxGroups.TokensOfOne, OnnxGroups.TokensOfOne], (_, _) =>
        {
            if (both.SignalAndWait(Deadline))
            {
                Interlocked.Increment(ref met);
            }
        });
        Assert.Equal(2, met);
    }

    [Theory]
    [InlineData(true, 10)]
    [InlineData(false, 64)]
    public void FewTexts_OrAModelThatIsInMemoryOnce_TakeAllThreads(bool canSplit, int texts)
    {
        using var sut = new OnnxCrew(2, canSplit);
        var (computed, caller) = (0, Environment.CurrentManagedThreadId);
        sut.Compute(Many[..texts], (group, on) =>
        {
            Assert.Equal((OnnxThreads.All, caller), (on, Environment.CurrentManagedThreadId));
            computed += group.Length;
        });
        Assert.Equal(texts, computed);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(1000, 60, 60, 60, 60)]
    public void TextThatOthersWouldWaitFor_TakesAllThreads(params int[] lengths)
    {
        using var sut = new OnnxCrew(2, canSplit: true);
        var seen = new List<OnnxThreads>();
        sut.Compute(lengths, (_, on) => seen.Add(on));
        Assert.All(seen, on => Assert.Equal(OnnxThreads.All, on));
    }

    [Fact]
    public void GroupThatFails_FailsTheRound_AndTheNextOneIsComputed()
    {
        using var sut = new OnnxCrew(2, canSplit: true);
        for (var round = 0; round < 5; round++)
        {
            Assert.Throws<InvalidOperationException>(() => sut.Compute(Many, (group, _) => throw new InvalidOperationException(group.Length.ToString(System.Globalization.CultureInfo.InvariantCulture))));
        }

        var computed = 0;
        sut.Compute(Many, (group, _) => Interlocked.Add(ref computed, group.Length));
        Assert.Equal(Many.Length, computed);
    }
}
