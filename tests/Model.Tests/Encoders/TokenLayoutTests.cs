using FeedbackService.Model.Encoders;
using FeedbackService.Testing;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Encoders;

public sealed class TokenLayoutTests
{
    [Fact]
    public void Groups_AreLayoutsOfNeighbours()
    {
        using var layout = new TokenLayout([1, 2, 3, 60, 200], CPU);

        Assert.Equal([0, 6, 66], layout.Groups.Select(group => group.FirstRow));
        Assert.Equal([[1, 2, 3], [60], [200]], layout.Groups.Select(group => group.Layout.Lengths));
        Assert.Same(layout.Groups, layout.Groups);
    }

    [Theory]
    [InlineData(new[] { 7 })]
    [InlineData(new[] { 200, 200 })]
    [InlineData(new[] { 10, 12, 11 })]
    public void OneGroup_IsTheLayoutItself(int[] lengths)
    {
        using var layout = new TokenLayout(lengths, CPU);

        Assert.Equal(new TokenGroup(0, layout), Assert.Single(layout.Groups));
    }

    [Fact]
    public void OtherDevices_HaveOneGroup()
    {
        using var layout = new TokenLayout([1, 2, 3, 60, 200], META);

        Assert.Same(layout, Assert.Single(layout.Groups).Layout);
    }

    [Fact]
    public void Dispose_LeavesNoTensorOfAGroupBehind()
    {
        var growth = TensorGuard.Growth(10, () =>
        {
            using var layout = new TokenLayout([1, 2, 3, 60, 200], CPU);
            Assert.All(layout.Groups, group => Assert.Equal(group.Layout.TotalTokens, group.Layout.PaddedSlot.size(0)));
            Assert.All(layout.Groups, group => Assert.Equal(group.Layout.Count, group.Layout.Mask.size(0)));
        });

        Assert.Equal(0, growth);
    }
}
