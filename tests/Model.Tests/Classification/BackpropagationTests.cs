using FeedbackService.Model.Activations;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Heads;
using FeedbackService.Testing;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Classification;

/// <summary>The four equations of back-propagation by hand, on layers of different widths under the classification head.</summary>
public sealed class BackpropagationTests
{
    private static readonly int[] Widths = [3, 5, 4];
    private const int Labels = 2;
    private const int Batch = 6;

    // Seed items 3-5 to 3-9: a^L is defined, δ^L = ŷ − y belongs to z^L, and ∇W^l = δ^l·(a^{l−1})ᵀ for l = 2 … L. Shifted by one, the shapes would clash.
    [Theory]
    [InlineData(ActivationKind.Sigmoid)]
    [InlineData(ActivationKind.Tanh)]
    public void EveryGradient_IsTheErrorTimesTheInputOfItsLayer(ActivationKind kind)
    {
        using var scope = NewDisposeScope();
        manual_seed(6);
        Linear[] hidden = [.. Widths.Zip(Widths.Skip(1), (inputs, outputs) => nn.Linear(inputs, outputs, dtype: ScalarType.Float64))];
        using var activation = new Activation(kind);
        using var head = new ClassificationHead(Widths[^1], TinyModels.Plain() with { HeadDropout = 0, Labels = ["yes", "no"] });
        head.to(ScalarType.Float64);
        GradientCheck.Stir(head, deviation: 0.5);
        var input = randn(Batch, Widths[0], ScalarType.Float64);
        var target = tensor(new long[] { 0, 1, 1, 0, 1, 0 });

        var active = new List<Tensor> { input }; // a¹ … a^{L−1}
        foreach (var layer in hidden)
        {
            active.Add(activation.call(layer.call(active[^1])));
        }

        var logits = head.call(active[^1]); // z^L
        nn.functional.cross_entropy(logits, target).backward();

        using var mode = no_grad();
        var wanted = nn.functional.one_hot(target, Labels).to(ScalarType.Float64);
        var error = (logits.softmax(1) - wanted) / Batch; // δ^L, of the mean over the batch
        var weights = head.named_parameters().ToDictionary(entry => entry.name, entry => (Tensor)entry.parameter);
        AssertEqual(error.t().matmul(active[^1]), weights["projection.weight"].grad!);
        AssertEqual(error.sum(dim: 0L), weights["projection.bias"].grad!);
        var above = weights["projection.weight"];
        for (var layer = hidden.Length - 1; layer >= 0; layer--)
        {
            error = error.matmul(above) * Slope(kind, active[layer + 1]);
            AssertEqual(error.t().matmul(active[layer]), hidden[layer].weight!.grad!);
            AssertEqual(error.sum(dim: 0L), hidden[layer].bias!.grad!);
            above = hidden[layer].weight!;
        }
    }

    private static Tensor Slope(ActivationKind kind, Tensor active) => kind == ActivationKind.Tanh ? 1 - active.square() : active * (1 - active);

    private static void AssertEqual(Tensor expected, Tensor actual) => Assert.InRange((expected - actual).abs().max().item<double>(), 0, 1e-12);
}
