using FeedbackService.Model.Encoders;

namespace FeedbackService.Model.Tests.Encoders;

public sealed class LengthGroupsTests
{
    [Theory]
    [InlineData(new[] { 5 }, new[] { 1 })]
    [InlineData(new[] { 200, 200, 200 }, new[] { 3 })]
    [InlineData(new[] { 10, 11, 12, 13 }, new[] { 4 })]
    [InlineData(new[] { 1, 129 }, new[] { 2 })] // saves 128 places, which is what a group costs
    [InlineData(new[] { 1, 130 }, new[] { 1, 1 })]
    [InlineData(new[] { 130, 1 }, new[] { 1, 1 })]
    [InlineData(new[] { 1, 2, 3, 60, 200 }, new[] { 3, 1, 1 })]
    [InlineData(new[] { 200, 60, 3, 2, 1 }, new[] { 1, 1, 3 })]
    [InlineData(new[] { 60, 1, 200, 3, 2 }, new[] { 2, 1, 2 })]
    [InlineData(new[] { 20, 20, 20, 20, 20, 200, 200, 22, 22, 22 }, new[] { 5, 2, 3 })]
    public void Of_SplitsWhereItSavesMoreThanAGroupCosts(int[] lengths, int[] groups) => Assert.Equal(groups, LengthGroups.Of(lengths));

    [Fact]
    public void Of_CostsNoMoreThanAnyOtherSplit()
    {
        var random = new Random(7);
        for (var trial = 0; trial < 50; trial++)
        {
            var lengths = Enumerable.Range(0, 10).Select(_ => random.Next(1, 200)).ToArray();

            var groups = LengthGroups.Of(lengths);

            Assert.Equal(lengths.Length, groups.Sum());
            Assert.Equal(AllSplits(lengths.Length).Min(split => Cost(lengths, split)), Cost(lengths, groups));
        }
    }

    [Fact]
    public void Of_TextsInOrderOfLength_LeavesLittlePaddingInFewGroups()
    {
        var random = new Random(8);
        var lengths = Enumerable.Range(0, 64).Select(_ => Math.Min(200, 15 + (int)(-43 * Math.Log(1 - random.NextDouble())))).Order().ToArray();

        var groups = LengthGroups.Of(lengths);

        Assert.InRange(groups.Count, 2, 9);
        Assert.InRange(Cost(lengths, groups) - (groups.Count * LengthGroups.PlacesOfAGroup), lengths.Sum(), lengths.Sum() * 1.2);
    }

    private static long Cost(int[] lengths, IReadOnlyList<int> groups)
    {
        var (first, cost) = (0, 0L);
        foreach (var count in groups)
        {
            cost += (count * lengths.Skip(first).Take(count).Max()) + LengthGroups.PlacesOfAGroup;
            first += count;
        }

        return cost;
    }

    // Bit i: a new group begins behind text i.
    private static IEnumerable<IReadOnlyList<int>> AllSplits(int texts)
    {
        for (var bits = 0; bits < 1 << (texts - 1); bits++)
        {
            var groups = new List<int> { 1 };
            for (var text = 1; text < texts; text++)
            {
                if ((bits >> (text - 1) & 1) == 1)
                {
                    groups.Add(0);
                }

                groups[^1]++;
            }

            yield return groups;
        }
    }
}
