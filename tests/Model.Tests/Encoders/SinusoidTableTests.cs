using FeedbackService.Model.Encoders.Transformer;

namespace FeedbackService.Model.Tests.Encoders;

public sealed class SinusoidTableTests
{
    [Fact]
    public void Values_AreThoseOfThePaper()
    {
        var values = SinusoidTable.Values(positions: 4, width: 6);
        Assert.Equal([0, 1, 0, 1, 0, 1], values[..6]);
        Assert.Equal(Math.Sin(3), values[18], 1e-6);
        Assert.Equal(Math.Cos(3), values[19], 1e-6);
        Assert.Equal(Math.Sin(3 / Math.Pow(10_000, 4 / 6.0)), values[22], 1e-6);
        Assert.Equal(Math.Cos(3 / Math.Pow(10_000, 4 / 6.0)), values[23], 1e-6);
    }
}
