using FeedbackService.Model.Configuration;
using FeedbackService.Model.Inference;

namespace FeedbackService.Model.Tests.Inference;

public sealed class LabelProbabilitiesTests
{
    [Fact]
    public void Softmax_IsThatOfTheDefinition()
    {
        var probabilities = LabelProbabilities.Of([1f, 2f, 3f], HeadKind.SingleLabel, 2);
        double[] exponentials = [Math.Exp(0.5), Math.Exp(1), Math.Exp(1.5)];
        Assert.All(probabilities.Zip(exponentials), pair => Assert.Equal(pair.Second / exponentials.Sum(), pair.First, 1e-6));
    }

    [Theory]
    [InlineData(1e30f)]
    [InlineData(-1e30f)]
    [InlineData(float.MaxValue)]
    public void HugeLogits_StayFinite(float shift)
    {
        var same = LabelProbabilities.Of([shift, shift], HeadKind.SingleLabel, 1e-3);
        Assert.Equal([0.5f, 0.5f], same);
        Assert.Equal(1f, LabelProbabilities.Of([shift, 0], HeadKind.SingleLabel, 1).Sum());
        Assert.InRange(LabelProbabilities.Of([shift, 0], HeadKind.MultiLabel, 1)[0], 0f, 1f);
    }

    [Fact]
    public void Sigmoid_IsThatOfTheDefinition()
    {
        var probabilities = LabelProbabilities.Of([-3f, 0f, 3f], HeadKind.MultiLabel, 1.5);
        Assert.All(probabilities.Zip([-2.0, 0.0, 2.0]), pair => Assert.Equal(1 / (1 + Math.Exp(-pair.Second)), pair.First, 1e-6));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void BrokenLogits_AreRefused(float logit) =>
        Assert.Throws<ArithmeticException>(() => LabelProbabilities.Of([0f, logit], HeadKind.SingleLabel, 1));

    [Fact]
    public void Entropy_IsInNats()
    {
        Assert.Equal(Math.Log(4), LabelProbabilities.Entropy([0.25f, 0.25f, 0.25f, 0.25f], HeadKind.SingleLabel), 1e-9);
        Assert.Equal(0, LabelProbabilities.Entropy([1f, 0f], HeadKind.SingleLabel));
        Assert.Equal(Math.Log(2) / 2, LabelProbabilities.Entropy([0.5f, 1f], HeadKind.MultiLabel), 1e-9);
    }
}
