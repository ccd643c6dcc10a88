using FeedbackService.Api.Serving.Onnx;

namespace FeedbackService.Api.Tests.Serving;

public sealed class OnnxGroupsTests
{
    private const int Most = 1024;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(500)]
    public void EveryText_IsInOneGroup_AndIndicesAscend(int texts)
    {
        var lengths = Lengths(texts);
        var groups = OnnxGroups.Of(lengths, Most);
        Assert.Equal(Enumerable.Range(0, texts), groups.SelectMany(group => group).Order());
        Assert.All(groups, group => Assert.Equal(group.Order(), group));
    }

    [Fact]
    public void NoText_IsNoGroup() => Assert.Empty(OnnxGroups.Of([], Most));

    [Fact]
    public void Groups_AreOfSimilarLength_AndNotTooLarge()
    {
        var lengths = Lengths(500);
        foreach (var group in OnnxGroups.Of(lengths, Most))
        {
            var own = group.Select(text => lengths[text]).ToList();
            Assert.InRange(own.Sum(), 1, Most);
            Assert.InRange((double)own.Count * own.Max() / own.Sum(), 1, 1.3);
        }
    }

    [Fact]
    public void ATextThatIsLongerThanAGroup_IsAlone() => Assert.Equal([[1, 2], [0]], OnnxGroups.Of([2 * Most, 200, 200], Most));

    [Fact]
    public void ALongText_IsNotWithShortOnes_OnceTheseAreEnough() => Assert.Equal([[0, 1, 2, 3], [4]], OnnxGroups.Of([70, 70, 70, 70, 200], Most));

    [Fact]
    public void ShortTexts_AreTogether_HoweverDifferent() => Assert.Equal([[0, 1, 2]], OnnxGroups.Of([1, 60, 128], Most));

    [Fact]
    public void GroupsAreEven_SoThatNoneIsARemainder() =>
        Assert.Equal([9, 9], OnnxGroups.Of([.. Enumerable.Repeat(60, 18)], Most).Select(group => group.Length));

    [Theory]
    [InlineData(2, 8)]
    [InlineData(3, 9)]
    public void ForSeveralAtATime_ThereAreAsManyForEach(int sides, int groups) =>
        Assert.Equal(groups, OnnxGroups.Of([.. Enumerable.Repeat(60, 36)], 300, sides).Count);

    private static int[] Lengths(int texts)
    {
        var random = new Random(7);
        return [.. Enumerable.Range(0, texts).Select(_ => random.Next(10, 130))];
    }
}
