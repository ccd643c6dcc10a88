using FeedbackService.Model.Activations;
using FeedbackService.Model.Configuration;
using TorchSharp;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Activations;

public sealed class ActivationTests
{
    public static TheoryData<ActivationKind> All => [.. Enum.GetValues<ActivationKind>()];

    // Seed item 1-10: three increasing values do not show that swish falls somewhere; its minimum does.
    [Theory]
    [InlineData(ActivationKind.Swish, -2, -0.23841)]
    [InlineData(ActivationKind.Swish, 0, 0)]
    [InlineData(ActivationKind.Swish, 2, 1.76159)]
    [InlineData(ActivationKind.Swish, -1.2785, -0.27846)]
    [InlineData(ActivationKind.Swish, -4, -0.07194)]
    [InlineData(ActivationKind.Mish, 1, 0.86510)]
    [InlineData(ActivationKind.Mish, -1, -0.30340)]
    [InlineData(ActivationKind.Mish, 40, 40)]
    [InlineData(ActivationKind.Gelu, 1, 0.84134)]
    [InlineData(ActivationKind.GeluTanh, 1, 0.84119)]
    [InlineData(ActivationKind.GeluTanh, -2, -0.04540)]
    [InlineData(ActivationKind.QuickGelu, 1, 0.84580)]
    [InlineData(ActivationKind.Silu, 2, 1.76159)]
    [InlineData(ActivationKind.Relu, -3, 0)]
    [InlineData(ActivationKind.Sigmoid, 1, 0.73106)]
    [InlineData(ActivationKind.Tanh, 1, 0.76159)]
    public void Value_IsThatOfTheFormula(ActivationKind kind, double input, double expected)
    {
        using var scope = NewDisposeScope();
        Assert.Equal(expected, Apply(kind, input), 5);
    }

    [Theory]
    [InlineData(0, 1, 0.5)] // β = 0: z/2
    [InlineData(0, -3, -1.5)]
    [InlineData(1000, 2, 2)] // β → ∞: relu
    [InlineData(1000, -2, 0)]
    public void Swish_GoesFromALineToRelu_WithItsSlope(double beta, double input, double expected)
    {
        using var scope = NewDisposeScope();
        using var activation = new Activation(ActivationKind.Swish);
        var (name, parameter) = Assert.Single(activation.named_parameters());
        Assert.Equal("beta", name);
        using (no_grad())
        {
            parameter.copy_(tensor(new[] { (float)beta }));
        }
        Assert.Equal(expected, activation.call(tensor(new[] { (float)input })).ToSingle(), 5);
    }

    // Seed item 3-11: the slope belongs at z, not at h = f(z), where it would be 0.21936 and 0.58782.
    [Theory]
    [InlineData(ActivationKind.Sigmoid, 0.19661)]
    [InlineData(ActivationKind.Tanh, 0.41997)]
    public void Slope_IsTakenAtTheInput(ActivationKind kind, double expected)
    {
        using var scope = NewDisposeScope();
        using var activation = new Activation(kind);
        var input = tensor(new[] { 1f }, requires_grad: true);
        activation.call(input).backward();
        Assert.Equal(expected, input.grad!.ToSingle(), 5);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void SteepestSlope_IsTheLipschitzConstant(ActivationKind kind)
    {
        using var scope = NewDisposeScope();
        using var activation = new Activation(kind);
        activation.to(float64);
        var points = Enumerable.Range(-80_000, 160_001).Select(i => i / 10_000.0).ToArray();
        var input = tensor(points, dtype: float64, requires_grad: true);
        activation.call(input).sum().backward();
        var steepest = input.grad!.abs().max().ToDouble();
        Assert.InRange(steepest, Activation.LipschitzOf(kind) - 2e-4, Activation.LipschitzOf(kind));
    }

    private static double Apply(ActivationKind kind, double input)
    {
        using var activation = new Activation(kind);
        return activation.call(tensor(new[] { (float)input })).ToSingle();
    }
}
