using FeedbackService.Model.Configuration;
using FeedbackService.Training.Objectives;
using static TorchSharp.torch;

namespace FeedbackService.Training.Tests.Objectives;

public sealed class RoundObjectiveTests
{
    private static readonly LabelTaxonomy Taxonomy = new(["a/x", "b/z", "a/y"]);

    // p = 0.5, 0.3, 0.2 for labels 0 … 2, of which 0 and 2 share a node.
    private static readonly float[] Logits = [(float)Math.Log(0.5), (float)Math.Log(0.3), (float)Math.Log(0.2)];

    [Fact]
    public void CoarseLevel_TakesTheSumOfItsLabelsProbabilities_TheLastTheLabelsOwn()
    {
        Assert.Equal([-Math.Log(0.7), -Math.Log(0.2)], Losses(Taxonomy, rounds: 1, smoothing: 0, weights: null, [2]), Close);
        Assert.Equal([-Math.Log(0.3), -Math.Log(0.3)], Losses(Taxonomy, rounds: 1, smoothing: 0, weights: null, [1]), Close);
    }

    [Fact]
    public void Smoothing_SpreadsOverTheNodes()
    {
        var expected = -(0.95 * Math.Log(0.7)) - (0.05 * Math.Log(0.3));

        Assert.Equal(expected, Losses(Taxonomy, rounds: 1, smoothing: 0.1, weights: null, [0])[0], 1e-5);
    }

    [Fact]
    public void ClassWeights_AreThoseOfTheWholeLabels()
    {
        var expected = -((5 * Math.Log(0.7)) + (2 * Math.Log(0.3))) / 7;

        Assert.Equal(expected, Losses(Taxonomy, rounds: 1, smoothing: 0, weights: [1, 2, 5], [2, 1])[0], 1e-5);
        Assert.Equal(0, Losses(Taxonomy, rounds: 1, smoothing: 0, weights: [1, 2, 0], [2, 2])[0]);
    }

    [Fact]
    public void WithoutTaxonomy_EveryRoundIsTaughtTheWholeLabel() =>
        Assert.Equal([-Math.Log(0.2), -Math.Log(0.2)], Losses(null, rounds: 1, smoothing: 0, weights: null, [2]), Close);

    [Fact]
    public void HopelessNode_HasAFiniteLossAndGradient()
    {
        using var scope = NewDisposeScope();
        using var objective = new ClassificationObjective(HeadKind.SingleLabel, 0, null, CPU);
        using var sut = new RoundObjective(objective, Taxonomy, CPU);
        var logits = tensor([-200f, 200, -300], [1, 3]).requires_grad_();

        var loss = sut.Losses([logits, logits], sut.Targets([[0]], 3, CPU))[0];
        loss.backward();

        Assert.Equal(400, loss.item<float>(), 1e-3);
        Assert.Equal([-1, 1, 0], logits.grad!.data<float>().Select(value => (double)value), Close);
    }

    private static double[] Losses(LabelTaxonomy? taxonomy, int rounds, double smoothing, double[]? weights, int[] truth)
    {
        using var scope = NewDisposeScope();
        using var objective = new ClassificationObjective(HeadKind.SingleLabel, smoothing, weights, CPU);
        using var sut = new RoundObjective(objective, taxonomy, CPU);
        var logits = tensor([.. truth.SelectMany(_ => Logits)], [truth.Length, 3]);
        var targets = sut.Targets([.. truth.Select(label => new[] { label })], 3, CPU);
        return [.. sut.Losses([.. Enumerable.Repeat(logits, rounds + 1)], targets).Select(loss => (double)loss.item<float>())];
    }

    private static bool Close(double expected, double actual) => Math.Abs(expected - actual) < 1e-5;
}
