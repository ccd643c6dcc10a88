using FeedbackService.Training.Datasets;
using FeedbackService.Training.Determinism;

namespace FeedbackService.Training.Tests.Datasets;

public sealed class LengthBatcherTests
{
    private static readonly int[] Lengths = MakeLengths(5_003);

    [Theory]
    [InlineData(32, null, 50)]
    [InlineData(32, 600, 50)]
    [InlineData(1, null, 50)]
    [InlineData(10_000, null, 50)]
    [InlineData(32, 1, 50)]
    [InlineData(7, 100, 1)]
    public void EveryExample_IsInExactlyOneBatchWithinTheLimits(int batchSize, int? maxTokens, int windowBatches)
    {
        IReadOnlyList<int[]> batches = LengthBatcher.Plan(Lengths, batchSize, 42, 0, maxTokens, windowBatches);

        Assert.Equal(Enumerable.Range(0, Lengths.Length), batches.SelectMany(batch => batch).Order());
        Assert.All(batches, batch => Assert.InRange(batch.Length, 1, batchSize));
        Assert.All(batches, batch => Assert.True(batch.Length == 1 || batch.Sum(i => Lengths[i]) <= (maxTokens ?? int.MaxValue)));
    }

    [Fact]
    public void WithoutTokenLimit_OnlyOneBatchIsUneven()
    {
        IReadOnlyList<int[]> batches = LengthBatcher.Plan(Lengths, 32, 42, 0);

        Assert.Equal((Lengths.Length + 31) / 32, batches.Count);
        Assert.Equal(Lengths.Length % 32, Assert.Single(batches, batch => batch.Length != 32).Length);
    }

    [Fact]
    public void Batches_HoldSimilarLengths()
    {
        double sorted = MeanSpread(LengthBatcher.Plan(Lengths, 32, 42, 0));
        double plain = MeanSpread(LengthBatcher.Plan(Lengths, 32, 42, 0, windowBatches: 1));

        Assert.True(sorted * 10 < plain, $"spread within batches: {sorted} sorted, {plain} shuffled");
    }

    [Fact]
    public void Plan_DependsOnSeedAndEpochAlone()
    {
        Assert.Equal(LengthBatcher.Plan(Lengths, 32, 42, 1), LengthBatcher.Plan(Lengths, 32, 42, 1));
        Assert.NotEqual(LengthBatcher.Plan(Lengths, 32, 42, 1), LengthBatcher.Plan(Lengths, 32, 42, 2));
        Assert.NotEqual(LengthBatcher.Plan(Lengths, 32, 42, 1), LengthBatcher.Plan(Lengths, 32, 43, 1));
    }

    [Fact]
    public void Epochs_PutOtherTextsTogether()
    {
        HashSet<(int, int)> first = Neighbours(LengthBatcher.Plan(Lengths, 32, 42, 0));
        HashSet<(int, int)> second = Neighbours(LengthBatcher.Plan(Lengths, 32, 42, 1));

        Assert.True(first.Intersect(second).Count() * 4 < first.Count);
    }

    [Fact]
    public void NoExamples_NoBatches() => Assert.Empty(LengthBatcher.Plan([], 32, 42, 0));

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, 0)]
    public void SizesBelowOne_AreRefused(int batchSize, int? maxTokens) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => LengthBatcher.Plan([1], batchSize, 1, 0, maxTokens));

    private static double MeanSpread(IReadOnlyList<int[]> batches) =>
        batches.Average(batch => batch.Max(i => Lengths[i]) - batch.Min(i => Lengths[i]));

    private static HashSet<(int, int)> Neighbours(IReadOnlyList<int[]> batches) =>
        [.. batches.SelectMany(batch => batch.Order().Zip(batch.Order().Skip(1)))];

    private static int[] MakeLengths(int count)
    {
        var random = new SplitMix64(5);
        return [.. Enumerable.Range(0, count).Select(_ => 1 + random.Next(128))];
    }
}
