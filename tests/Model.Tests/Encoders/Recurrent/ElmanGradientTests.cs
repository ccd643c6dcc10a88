using FeedbackService.Model.Configuration;
using FeedbackService.Model.Encoders;
using FeedbackService.Model.Encoders.Recurrent;
using FeedbackService.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Encoders.Recurrent;

/// <summary>
/// Back-propagation through time by hand: δ_t = (∂ℓ/∂h_t + Uᵀ·δ_{t+1}) ⊙ f′(z_t), δ_{T+1} = 0, and what it adds up to.
/// </summary>
public sealed class ElmanGradientTests
{
    private const int Inputs = 3;
    private const int Width = 4;
    private const int Times = 5;

    // Seed items 3-11 and 3-12: transposed, slope at z, and with the sum for the input weights at which the seed breaks off.
    [Theory]
    [InlineData(ActivationKind.Tanh)]
    [InlineData(ActivationKind.Sigmoid)]
    public void Gradients_AreTheSumsOfTheCorrectedErrors(ActivationKind kind)
    {
        using var scope = NewDisposeScope();
        using var network = Network(kind);
        var weights = network.state_dict();
        var (inputs, target) = (randn(Times, Inputs, ScalarType.Float64), randn(Times, Width, ScalarType.Float64));
        using var layout = new TokenLayout([Times], CPU);

        var states = network.Run(inputs, layout.ByTime);
        ((states - target).square().sum() / 2).backward();

        var found = Errors(states.detach(), target, weights["recurrent.weight"].t(), Slope(kind, states.detach()));
        var before = cat([zeros(1, Width, ScalarType.Float64), states.detach().narrow(0, 0, Times - 1)]); // h_{t−1}, h_0 = 0
        var gradients = network.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter.grad!);
        AssertEqual(found.t().matmul(inputs), gradients["input.weight"]);
        AssertEqual(found.t().matmul(before), gradients["recurrent.weight"]);
        AssertEqual(found.sum(dim: 0L), gradients["input.bias"]);
    }

    [Fact]
    public void WithoutTheTranspose_OrWithTheSlopeAtTheState_TheyAreOthers()
    {
        using var scope = NewDisposeScope();
        using var network = Network(ActivationKind.Tanh);
        var recurrent = network.state_dict()["recurrent.weight"];
        var (inputs, target) = (randn(Times, Inputs, ScalarType.Float64), randn(Times, Width, ScalarType.Float64));
        using var layout = new TokenLayout([Times], CPU);
        var states = network.Run(inputs, layout.ByTime).detach();
        var right = Errors(states, target, recurrent.t(), Slope(ActivationKind.Tanh, states));

        var untransposed = Errors(states, target, recurrent, Slope(ActivationKind.Tanh, states));
        var slopeAtState = Errors(states, target, recurrent.t(), 1 - states.tanh().square());

        Assert.True((right - untransposed).abs().max().item<double>() > 1e-2);
        Assert.True((right - slopeAtState).abs().max().item<double>() > 1e-2);
    }

    private static ElmanDirection Network(ActivationKind kind)
    {
        manual_seed(4);
        var network = new ElmanDirection(Inputs, Width, kind, backwards: false);
        network.to(ScalarType.Float64);
        GradientCheck.Stir(network, deviation: 0.5);
        return network;
    }

    /// <summary>δ of every time, by the recursion from the end. [T, D].</summary>
    private static Tensor Errors(Tensor states, Tensor target, Tensor back, Tensor slopes)
    {
        var errors = new Tensor[Times];
        var later = zeros(Width, ScalarType.Float64);
        for (var time = Times - 1; time >= 0; time--)
        {
            later = (states[time] - target[time] + back.mv(later)) * slopes[time];
            errors[time] = later;
        }

        return stack(errors);
    }

    /// <summary>f′(z) in terms of h = f(z).</summary>
    private static Tensor Slope(ActivationKind kind, Tensor states) => kind == ActivationKind.Tanh ? 1 - states.square() : states * (1 - states);

    private static void AssertEqual(Tensor expected, Tensor actual) => Assert.InRange((expected - actual).abs().max().item<double>(), 0, 1e-12);
}
