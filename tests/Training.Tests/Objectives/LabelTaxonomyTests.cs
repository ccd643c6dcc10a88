using FeedbackService.Training.Objectives;

namespace FeedbackService.Training.Tests.Objectives;

public sealed class LabelTaxonomyTests
{
    private static readonly string[] Labels = ["sport/ball/football", "sport/ball/tennis", "sport/chess", "money/bank", "money/market/stocks"];

    [Fact]
    public void Nodes_AreSharedByLabelsWithTheSameFirstParts()
    {
        var taxonomy = new LabelTaxonomy(Labels);

        Assert.Equal(3, taxonomy.Depth);
        Assert.Equal([0, 0, 0, 1, 1], taxonomy.NodesOf(1));
        Assert.Equal([0, 0, 1, 2, 3], taxonomy.NodesOf(2));
        Assert.Equal([0, 1, 2, 3, 4], taxonomy.NodesOf(3));
    }

    [Theory]
    [InlineData(0, new[] { 3 })]
    [InlineData(1, new[] { 2, 3 })]
    [InlineData(2, new[] { 1, 2, 3 })]
    [InlineData(4, new[] { 1, 2, 3, 3, 3 })]
    public void Levels_GoDownTheTree_AndEndAtTheWholeLabel(int rounds, int[] levels) =>
        Assert.Equal(levels, new LabelTaxonomy(Labels).LevelsOf(rounds));

    [Theory]
    [InlineData("sport")]
    [InlineData("sport/")]
    [InlineData("/sport")]
    [InlineData("sport//football")]
    [InlineData("sport/ /football")]
    public void LabelThatIsNoPath_IsNamed(string label)
    {
        Assert.Contains($"'{label}'", LabelTaxonomy.FaultOf(["money/bank", label]), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new LabelTaxonomy(["money/bank", label]));
    }
}
