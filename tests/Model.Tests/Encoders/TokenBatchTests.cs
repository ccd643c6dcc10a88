using FeedbackService.Model.Encoders;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Encoders;

public sealed class TokenBatchTests
{
    [Theory]
    [InlineData(3, 1, 2)]
    [InlineData(2, 2, 2)]
    public void Unpad_UndoesPad(int first, int second, int third)
    {
        using var scope = NewDisposeScope();
        using var layout = new TokenLayout([first, second, third], CPU);
        var rows = randn(layout.TotalTokens, 4);

        var padded = new TokenBatch(rows, layout).ToPadded();

        Assert.Equal([3, layout.MaxLength, 4], padded.shape);
        Assert.True(TokenBatch.FromPadded(padded, layout).Rows.equal(rows).all().item<bool>());
        Assert.Equal(0, (padded * layout.Mask.logical_not().unsqueeze(-1)).abs().sum().item<float>());
    }

    [Fact]
    public void Broadcast_RepeatsARowOverItsText()
    {
        using var scope = NewDisposeScope();
        using var layout = new TokenLayout([2, 1], CPU);

        var rows = TokenBatch.Broadcast(tensor(new float[] { 1, 2 }, [2, 1]), layout);

        Assert.Equal([1, 1, 2], rows.data<float>().ToArray());
    }
}
