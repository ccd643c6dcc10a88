using FeedbackService.Model.Configuration;
using FeedbackService.Model.Encoders;
using FeedbackService.Model.Encoders.Recurrent;
using FeedbackService.Model.Numerics;
using FeedbackService.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Encoders.Recurrent;

/// <summary>Back-propagation through the fixed point, in double precision; seed items 1-6 and 1-7.</summary>
public sealed class BifnnGradientTests
{
    private static readonly int[] Lengths = [4, 9, 1, 6];

    [Theory]
    [InlineData(ActivationKind.Tanh)]
    [InlineData(ActivationKind.Swish)]
    public void Implicit_EqualsUnrolledOverSixtySweeps(ActivationKind activation)
    {
        var exact = Gradients(TinyModels.Bifnn with { Activation = activation, Gradient = SolutionGradient.Unrolled, GradientSweeps = 60 });
        var solved = Gradients(TinyModels.Bifnn with { Activation = activation, Gradient = SolutionGradient.Implicit, MaxSweeps = 100, Tolerance = 1e-13 });
        Assert.Equal(exact.Keys, solved.Keys);
        Assert.All(exact, pair => Assert.InRange(Distance(pair.Value, solved[pair.Key]), 0, 1e-6));
    }

    // The bias of j sweeps is of the order of κ to the power of j.
    [Fact]
    public void Phantom_ComesCloser_WithEverySweep()
    {
        var exact = Gradients(TinyModels.Bifnn with { Gradient = SolutionGradient.Unrolled, GradientSweeps = 60 });
        double[] distances = [.. new[] { 1, 3, 6, 12 }.Select(sweeps => Gradients(TinyModels.Bifnn with { GradientSweeps = sweeps, Tolerance = 1e-12, MaxSweeps = 100 })).Select(found => exact.Max(pair => Distance(pair.Value, found[pair.Key])))];
        Assert.Equal(distances.OrderDescending(), distances);
        Assert.InRange(distances[1], 0, 0.3);
        Assert.InRange(distances[3], 0, 1e-3);
    }

    // Item 1-6 as it must read: δ_t = ∂ℓ/∂h_t + WᵀD_{t+1}δ_{t+1} + VᵀD_{t−1}δ_{t−1}, a linear system, here solved as one; and the sums of item 1-7.
    [Fact]
    public void Gradients_AreThoseOfTheAdjointSystem()
    {
        using var scope = NewDisposeScope();
        var config = TinyModels.Bifnn with { Gradient = SolutionGradient.Implicit, MaxSweeps = 200, Tolerance = 1e-14 };
        var (length, width) = (5, 16);
        using var layout = new TokenLayout([length], CPU);
        using var layer = Create(config);
        var rows = randn(length, width, dtype: float64);
        var states = layer.Run(new TokenBatch(rows, layout)).Rows;
        var loss = randn(length, width, dtype: float64);
        (states * loss).sum().backward();

        var h = states.detach();
        var (w, v) = (layer.get_parameter("past.weight")!.detach(), layer.get_parameter("future.weight")!.detach());
        var slopes = h.square().Times(-1).Plus(1.0);
        var system = eye(length * width, dtype: float64);
        for (var time = 0; time < length; time++)
        {
            if (time + 1 < length)
            {
                Block(system, time, time + 1, width).sub_(w.t().matmul(diag(slopes[time + 1])));
            }

            if (time > 0)
            {
                Block(system, time, time - 1, width).sub_(v.t().matmul(diag(slopes[time - 1])));
            }
        }

        var delta = linalg.solve(system, loss.flatten()).view(length, width) * slopes;
        var nothing = zeros(1, width, dtype: float64);
        var before = cat([nothing, h.narrow(0, 0, length - 1)], 0);
        var after = cat([h.narrow(0, 1, length - 1), nothing], 0);
        Assert.InRange(Distance(delta.t().matmul(rows), Gradient(layer, "input.weight")), 0, 1e-8);
        Assert.InRange(Distance(delta.sum([0]), Gradient(layer, "input.bias")), 0, 1e-8);
        Assert.InRange(Distance(delta.t().matmul(before), Gradient(layer, "past.weight")), 0, 1e-8);
        Assert.InRange(Distance(delta.t().matmul(after), Gradient(layer, "future.weight")), 0, 1e-8);
    }

    [Fact]
    public void Bound_IsPartOfTheGradient()
    {
        using var scope = NewDisposeScope();
        using var layout = new TokenLayout(Lengths, CPU);
        using var layer = Create(TinyModels.Bifnn with { Gradient = SolutionGradient.Unrolled, GradientSweeps = 20 });
        using (no_grad())
        {
            layer.get_parameter("past.weight")!.ScaleInPlace(3);
        }

        // In evaluation the direction stays; here it is close enough to the singular vector not to matter.
        for (var step = 0; step < 200; step++)
        {
            layer.Run(new TokenBatch(randn(Lengths.Sum(), 16, dtype: float64), layout));
        }

        layer.eval();
        var (rows, weights) = (randn(Lengths.Sum(), 16, dtype: float64), randn(Lengths.Sum(), 16, dtype: float64));
        double Loss() => (layer.Run(new TokenBatch(rows, layout)).Rows * weights).sum().ToDouble();
        (layer.Run(new TokenBatch(rows, layout)).Rows * weights).sum().backward();
        var weight = layer.get_parameter("past.weight")!;
        for (var entry = 0; entry < 16; entry++)
        {
            var expected = Gradient(layer, "past.weight")[entry, (3 * entry) % 16].ToDouble();
            using var mode = no_grad();
            var number = weight[entry, (3 * entry) % 16];
            number.AddInPlace(1e-5);
            var up = Loss();
            number.AddInPlace(-2e-5);
            var down = Loss();
            number.AddInPlace(1e-5);
            Assert.Equal(expected, (up - down) / 2e-5, 1e-5 * Math.Max(1, Math.Abs(expected)));
        }
    }

    private static Dictionary<string, Tensor> Gradients(BifnnEncoderConfig config)
    {
        using var scope = NewDisposeScope();
        using var layout = new TokenLayout(Lengths, CPU);
        using var layer = Create(config);
        random.manual_seed(11);
        var rows = randn(Lengths.Sum(), 16, dtype: float64).requires_grad_();
        var states = layer.Run(new TokenBatch(rows, layout)).Rows;
        (states * randn(Lengths.Sum(), 16, dtype: float64)).sum().backward();
        return layer.named_parameters().Select(pair => (pair.name, Gradient: pair.parameter.grad)).Append((name: "rows", Gradient: rows.grad))
            .ToDictionary(pair => pair.name, pair => pair.Gradient!.DetachFromDisposeScope(), StringComparer.Ordinal);
    }

    // V is 0 in a new layer, and what hangs on it would be tested by nothing. Weights below their bounds, so that W̄ = W.
    private static BifnnLayer Create(BifnnEncoderConfig config)
    {
        random.manual_seed(5);
        var layer = new BifnnLayer(config);
        layer.to(float64);
        using var mode = no_grad();
        layer.get_parameter("past.weight")!.ScaleInPlace(0.9);
        layer.get_parameter("future.weight")!.add_(nn.init.orthogonal_(empty(16, 16, dtype: float64), 0.25));
        layer.get_parameter("input.bias")!.AddScaledInPlace(randn(16, dtype: float64), 0.1);
        return layer;
    }

    private static Tensor Block(Tensor system, int row, int column, int width) => system.narrow(0, row * width, width).narrow(1, column * width, width);

    private static Tensor Gradient(BifnnLayer layer, string name) => layer.get_parameter(name)!.grad!;

    private static double Distance(Tensor expected, Tensor found) => (linalg.norm(found - expected) / linalg.norm(expected)).ToDouble();
}
