using System.Runtime.Intrinsics;
using FeedbackService.Model.Randomness;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Randomness;

public sealed class DropoutMaskTests
{
    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void Elements_AreZeroOrTheInverseShareOfTheKept(double probability)
    {
        const int Count = 1_000_000;
        using var scope = NewDisposeScope();

        var mask = DropoutMask.Create(3, [1000, 1000], probability).data<float>().ToArray();

        var kept = mask.Count(element => element != 0);
        var deviation = Math.Sqrt(Count * probability * (1 - probability));
        Assert.InRange(kept, (Count * (1 - probability)) - (4 * deviation), (Count * (1 - probability)) + (4 * deviation));
        Assert.All(mask, element => Assert.True(element == 0 || element == (float)(1 / (1 - probability))));
    }

    [Theory]
    [InlineData(1)] // the next column
    [InlineData(8)] // the other word of a counter
    [InlineData(16)] // the next counters
    [InlineData(256)] // the next row
    public void Elements_DoNotHangTogether(int distance)
    {
        const int Count = 1 << 20;
        using var scope = NewDisposeScope();

        var mask = DropoutMask.Create(11, [Count / 256, 256], 0.5).data<float>().ToArray();

        // Both kept, of a chance of a quarter.
        var both = Enumerable.Range(0, Count - distance).Count(place => mask[place] != 0 && mask[place + distance] != 0);
        var deviation = Math.Sqrt(Count * 0.25 * 0.75);
        Assert.InRange(both, (Count * 0.25) - (5 * deviation), (Count * 0.25) + (5 * deviation));
    }

    [Fact]
    public void AnElement_DependsOnKeyAndPlaceAlone()
    {
        using var scope = NewDisposeScope();
        var whole = DropoutMask.Create(5, [64, 16], 0.3).data<float>().ToArray();

        foreach (var count in new[] { 0, 1, 7, 8, 15, 16, 17, 31, 1000 })
        {
            Assert.Equal(whole[..count], DropoutMask.Create(5, [count], 0.3).data<float>().ToArray());
        }

        Assert.NotEqual(whole, DropoutMask.Create(6, [64, 16], 0.3).data<float>().ToArray());
        Assert.NotEqual(whole, DropoutMask.Create(5UL << 32, [64, 16], 0.3).data<float>().ToArray());
    }

    [Fact]
    public void AGreatMask_GoesOnFromPartToPart()
    {
        using var scope = NewDisposeScope();
        const int Part = DropoutMask.PartElements;

        var continued = DropoutMask.Create(9, [Part + 40], 0.5)[Part..].data<float>().ToArray();

        // Two words of each counter have gone before.
        var (words, _) = Threefry.Words(9, Vector256.Create((uint)Part / 2) + Vector256<uint>.Indices, Vector256<uint>.Zero);
        Assert.Equal(Enumerable.Range(0, 8).Select(lane => words[lane] >= 1u << 31 ? 2f : 0f), continued[..8]);
    }

    [Fact]
    public void NothingIsDropped_WithoutAProbability()
    {
        using var scope = NewDisposeScope();

        Assert.All(DropoutMask.Create(1, [100], 0).data<float>().ToArray(), element => Assert.Equal(1, element));
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void AProbability_IsBelowOne(double probability) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => DropoutMask.Create(1, [4], probability));
}
