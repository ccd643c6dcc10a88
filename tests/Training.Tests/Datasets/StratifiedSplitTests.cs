using FeedbackService.Training.Datasets;

namespace FeedbackService.Training.Tests.Datasets;

public sealed class StratifiedSplitTests
{
    [Fact]
    public void EveryExample_IsOnExactlyOneSide()
    {
        int[] classes = [.. Enumerable.Range(0, 1_000).Select(i => i * i % 7)];
        DatasetSplit split = StratifiedSplit.Create(classes, 0.1, seed: 42);

        Assert.Equal(Enumerable.Range(0, 1_000), split.Train.Concat(split.Validation).Order());
        Assert.Equal(split.Train.Order(), split.Train);
    }

    [Fact]
    public void SharesOfClasses_AreKept()
    {
        int[] classes = [.. Enumerable.Repeat(0, 800), .. Enumerable.Repeat(1, 150), .. Enumerable.Repeat(2, 50)];
        DatasetSplit split = StratifiedSplit.Create(classes, 0.1, seed: 1);

        Assert.Equal([80, 15, 5], Enumerable.Range(0, 3).Select(c => split.Validation.Count(index => classes[index] == c)));
    }

    [Fact]
    public void SmallClasses_AreTrainedOn()
    {
        int[] classes = [7, 3, 3, 4, 4, 4];
        DatasetSplit split = StratifiedSplit.Create(classes, 0.01, seed: 1);

        Assert.Contains(0, split.Train);
        Assert.Equal([3, 4], split.Validation.Select(index => classes[index]).Order());
        Assert.Equal([3, 4], StratifiedSplit.Create(classes, 0.99, 1).Train.Select(index => classes[index]).Where(c => c != 7).Order());
    }

    [Fact]
    public void Seed_DecidesAlone()
    {
        int[] classes = [.. Enumerable.Range(0, 500).Select(i => i % 5)];

        Assert.Equal(StratifiedSplit.Create(classes, 0.2, 9).Validation, StratifiedSplit.Create(classes, 0.2, 9).Validation);
        Assert.NotEqual(StratifiedSplit.Create(classes, 0.2, 9).Validation, StratifiedSplit.Create(classes, 0.2, 10).Validation);
    }

    [Fact]
    public void ZeroFraction_HoldsNothingBack() => Assert.Empty(StratifiedSplit.Create([0, 0, 1, 1], 0, 1).Validation);

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.0)]
    [InlineData(double.NaN)]
    public void FractionOutsideItsRange_IsRefused(double fraction) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => StratifiedSplit.Create([0, 1], fraction, 1));

    [Fact]
    public void SeveralLabels_AreSplitByTheRarest()
    {
        // Label 9 is on ten rows only, always together with the common label 0.
        int[][] labels = [.. Enumerable.Range(0, 200).Select(i => i % 20 == 0 ? new[] { 0, 9 } : i % 20 == 1 ? [] : [0])];
        DatasetSplit split = StratifiedSplit.Create(labels, 0.2, seed: 3);

        Assert.Equal(2, split.Validation.Count(index => labels[index].Contains(9)));
        Assert.Equal(2, split.Validation.Count(index => labels[index].Length == 0));
        Assert.Equal(40, split.Validation.Count);
    }
}
