using FeedbackService.Training.Determinism;

namespace FeedbackService.Training.Tests.Determinism;

public sealed class SeededPermutationTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(10_007)]
    public void Create_HoldsEveryIndexOnce(int count) =>
        Assert.Equal(Enumerable.Range(0, count), SeededPermutation.Create(count, 42, 3).Order());

    [Fact]
    public void Create_DependsOnSeedAndEpochAlone()
    {
        int[] order = SeededPermutation.Create(1_000, 42, 3);

        Assert.Equal(order, SeededPermutation.Create(1_000, 42, 3));
        Assert.NotEqual(order, SeededPermutation.Create(1_000, 42, 4));
        Assert.NotEqual(order, SeededPermutation.Create(1_000, 43, 3));
    }

    [Fact]
    public void Create_IsTheSameOnEveryMachine() => Assert.Equal("5083274691", string.Concat(SeededPermutation.Create(10, 42, 0)));

    [Fact]
    public void Create_FavoursNoOrder()
    {
        // 24 orders of four items, 2,000 each expected, standard deviation 44: five of them are allowed.
        Dictionary<string, int> seen = Enumerable.Range(0, 48_000)
            .CountBy(epoch => string.Concat(SeededPermutation.Create(4, 7, epoch)))
            .ToDictionary();

        Assert.Equal(24, seen.Count);
        Assert.All(seen.Values, count => Assert.InRange(count, 1_780, 2_220));
    }

    [Fact]
    public void SplitMix64_GivesThePublishedSequence()
    {
        // First outputs of the reference implementation in C (Vigna, splitmix64.c) for the seed 1234567.
        var random = new SplitMix64(1234567);

        Assert.Equal([6457827717110365317, 3203168211198807973, 9817491932198370423], new[] { random.Next(), random.Next(), random.Next() });
    }
}
