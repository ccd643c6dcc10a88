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

    // Seed item 3-7: the error at the logits is ŷ − y, of softmax with cross-entropy as of sigmoid with binary cross-entropy, whose slopes cancel.
    [Theory]
    [InlineData(HeadKind.SingleLabel, 2)]
    [InlineData(HeadKind.MultiLabel, 6)]
    public void ErrorAtTheLogits_IsPredictionMinusTarget(HeadKind head, int terms)
    {
        using var scope = NewDisposeScope();
        using var objective = new ClassificationObjective(head, 0, null, CPU);
        var logits = tensor([2.0, 0, -1, 0.5, -0.3, 1], [2, 3]).requires_grad_();
        var wanted = tensor([0.0, 1, 0, 1, 0, 0], [2, 3]);

        objective.Loss(logits, objective.Targets([[1], [0]], 3, CPU)).backward();

        var predicted = head == HeadKind.SingleLabel ? logits.softmax(1) : logits.sigmoid();
        Assert.InRange((logits.grad! - ((predicted - wanted) / terms)).abs().max().item<double>(), 0, 1e-12);
    }

    // Seed items 4-8 to 4-10: ∂L/∂M, of the sigmoid's output M, and against it what the seed gives. The slopes are those of differences.
    [Fact]
    public void OneSigmoidNeuron_HasNoneOfTheSeedsGradients()
    {
        using var scope = NewDisposeScope();
        var output = tensor([0.66597], [1]).requires_grad_();
        nn.functional.binary_cross_entropy(output, ones(1, ScalarType.Float64)).backward();

        const double step = 1e-6;
        var slope = (Loss(0.3 + step) - Loss(0.3 - step)) / (2 * step);

        Assert.Equal(-1.50158, output.grad!.item<double>(), 1e-4);
        Assert.Equal(-0.50105, slope, 1e-5);
        var m = Sigmoid(0.3);
        Assert.Equal(0.11146, (1 - m) * m * (1 - m) * 1.5, 1e-5); // its ∂L/∂w₁ of §4.2: uphill
        Assert.Equal(0.07431, (1 - m) * m * (1 - m), 1e-5); // its ∂L/∂w = ∂L/∂b of §4.3
        Assert.Equal(-0.33403, -(1 - m), 1e-5); // its ∂L/∂M, which is that of the squared error

        static double Sigmoid(double weight) => 1 / (1 + Math.Exp(-((weight * 1.5) + (-0.2 * -0.7) + 0.1)));
        static double Loss(double weight) => -Math.Log(Sigmoid(weight));
    }

    // Seed item 4-7: taken from the logits, no probability is so sure that the loss is the logarithm of 0.
    [Theory]
    [InlineData(HeadKind.SingleLabel)]
    [InlineData(HeadKind.MultiLabel)]
    public void ALossOfBeingSureAndWrong_IsLargeAndFinite(HeadKind head)
    {
        using var scope = NewDisposeScope();
        using var objective = new ClassificationObjective(head, 0, null, CPU);
        var logits = tensor([500f, -500], [1, 2]).requires_grad_();

        var loss = objective.Loss(logits, objective.Targets([[1]], 2, CPU));
        loss.backward();

        Assert.InRange(loss.item<float>(), 499, 1001);
        Assert.All(logits.grad!.data<float>().ToArray(), slope => Assert.True(float.IsFinite(slope)));
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
