using FeedbackService.Model.Configuration;
using FeedbackService.Training.Objectives;
using FeedbackService.Training.Options;
using static TorchSharp.torch;

namespace FeedbackService.Training.Tests.Objectives;

public sealed class ObjectiveTests
{
    [Fact]
    public void SingleLabel_EqualsTheFormulaByHand()
    {
        using var scope = NewDisposeScope();
        using var objective = new ClassificationObjective(HeadKind.SingleLabel, labelSmoothing: 0.1, classWeights: null, CPU);
        var logits = tensor([2f, 0, -1], [1, 3]);

        var loss = objective.Loss(logits, objective.Targets([[0]], 3, CPU)).item<float>();

        var logSum = Math.Log(Math.Exp(2) + 1 + Math.Exp(-1));
        var expected = (0.9 * (logSum - 2)) + (0.1 / 3 * ((logSum - 2) + logSum + (logSum + 1)));
        Assert.Equal(expected, loss, 1e-5);
    }

    // Seed item 4-10 with the corrected gradient: M − y times the input, and nothing of the sigmoid's slope.
    [Fact]
    public void OneSigmoidNeuron_HasTheCorrectedGradient()
    {
        using var scope = NewDisposeScope();
        using var objective = new ClassificationObjective(HeadKind.MultiLabel, 0, null, CPU);
        var (weights, bias) = (tensor([0.3f, -0.2f]).requires_grad_(), tensor([0.1f]).requires_grad_());
        var logit = (weights * tensor([1.5f, -0.7f])).sum().view(1, 1) + bias;

        var loss = objective.Loss(logit, objective.Targets([[0]], 1, CPU));
        loss.backward();

        Assert.Equal(0.66597, logit.sigmoid().item<float>(), 1e-5);
        Assert.Equal(-Math.Log(0.66597), loss.item<float>(), 1e-4);
        Assert.Equal(-0.50105, weights.grad![0].item<float>(), 1e-5);
        Assert.Equal(-0.33403 * -0.7, weights.grad![1].item<float>(), 1e-5);
        Assert.Equal(-0.33403, bias.grad!.item<float>(), 1e-5);
    }

    [Fact]
    public void ClassWeights_WeighTexts()
    {
        using var scope = NewDisposeScope();
        using var objective = new ClassificationObjective(HeadKind.SingleLabel, 0, [3, 1], CPU);
        var logits = tensor([1f, 0, 1, 0], [2, 2]);

        var loss = objective.Loss(logits, objective.Targets([[0], [1]], 2, CPU)).item<float>();

        var (right, wrong) = (Math.Log(1 + Math.Exp(-1)), Math.Log(1 + Math.E));
        Assert.Equal(((3 * right) + wrong) / 4, loss, 1e-5);
    }

    [Fact]
    public void ClassWeightsWithSmoothing_EqualTheFormulaByHand()
    {
        using var scope = NewDisposeScope();
        using var objective = new ClassificationObjective(HeadKind.SingleLabel, 0.1, [3, 1], CPU);
        var logits = tensor([1f, 0, 1, 0], [2, 2]);

        var loss = objective.Loss(logits, objective.Targets([[0], [1]], 2, CPU)).item<float>();

        var (right, wrong) = (Math.Log(1 + Math.Exp(-1)), Math.Log(1 + Math.E));
        var smooth = 0.1 / 2 * ((3 * right) + wrong); // the same for both texts
        Assert.Equal(((0.9 * 3 * right) + (0.9 * wrong) + (2 * smooth)) / 4, loss, 1e-5);
    }

    [Fact]
    public void BatchOfTextsThatWeighNothing_TeachesNothing()
    {
        using var scope = NewDisposeScope();
        using var objective = new ClassificationObjective(HeadKind.SingleLabel, 0, [0, 1], CPU);
        var logits = tensor([1f, 0, 1, 0], [2, 2]).requires_grad_();

        var loss = objective.Loss(logits, objective.Targets([[0], [0]], 2, CPU));
        loss.backward();

        Assert.Equal(0, loss.item<float>());
        Assert.Equal([0f, 0, 0, 0], logits.grad!.data<float>().ToArray());
    }

    [Fact]
    public void MultiLabel_EqualsTheFormulaByHand()
    {
        using var scope = NewDisposeScope();
        using var objective = new ClassificationObjective(HeadKind.MultiLabel, 0, null, CPU);
        var logits = tensor([2f, -1, 0, 3], [2, 2]);

        var loss = objective.Loss(logits, objective.Targets([[0, 1], []], 2, CPU)).item<float>();

        static double Softplus(double value) => Math.Log(1 + Math.Exp(value));
        Assert.Equal((Softplus(-2) + Softplus(1) + Softplus(0) + Softplus(3)) / 4, loss, 1e-5);
    }

    [Fact]
    public void RoundWeights_SumToOne()
    {
        Assert.Equal([1.0 / 6, 2.0 / 6, 3.0 / 6], RoundSupervision.Weights(SupervisionKind.DepthWeighted, 2));
        Assert.Equal([0.25, 0.25, 0.25, 0.25], RoundSupervision.Weights(SupervisionKind.Uniform, 3));
        Assert.Equal([0, 1], RoundSupervision.Weights(SupervisionKind.Last, 1));
        Assert.Equal([1], RoundSupervision.Weights(SupervisionKind.DepthWeighted, 0));
    }
}
