using FeedbackService.Model.Configuration;
using FeedbackService.Model.Numerics;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FeedbackService.Model.Activations;

/// <summary>A non-linear function as a module, because one of them learns.</summary>
public sealed class Activation : nn.Module<Tensor, Tensor>
{
    private readonly ActivationKind _kind;

    [ComponentName(Name = "beta")]
    private readonly Parameter? _beta;

    /// <summary>Makes the function.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such function.</exception>
    public Activation(ActivationKind kind)
        : base(nameof(Activation))
    {
        _kind = Enum.IsDefined(kind) ? kind : throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such activation.");
        _beta = kind == ActivationKind.Swish ? Initialization.Constant(1, 1) : null;
        RegisterComponents();
    }

    /// <summary>
    /// The smallest L with |f(a) − f(b)| ≤ L·|a − b|: the largest slope. A learned β leaves that of swish as it is, for it only stretches the argument:
    /// seed item 1-3.
    /// </summary>
    public static double LipschitzOf(ActivationKind kind) => kind switch
    {
        ActivationKind.Sigmoid => 0.25,
        ActivationKind.Tanh or ActivationKind.Relu => 1,
        ActivationKind.Gelu or ActivationKind.GeluTanh => 1.12905,
        ActivationKind.Swish or ActivationKind.Silu or ActivationKind.QuickGelu => 1.0999,
        ActivationKind.Mish => 1.0886,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such activation."),
    };

    /// <summary>Any shape, float; the same shape.</summary>
    public override Tensor forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return _kind switch
        {
            ActivationKind.Sigmoid => input.sigmoid(),
            ActivationKind.Tanh => input.tanh(),
            ActivationKind.Relu => nn.functional.relu(input),
            ActivationKind.Gelu => nn.functional.gelu(input),
            ActivationKind.GeluTanh => GeluTanh(input),
            ActivationKind.QuickGelu => QuickGelu(input),
            ActivationKind.Mish => Mish(input),
            ActivationKind.Silu => nn.functional.silu(input),
            _ => Swish(input),
        };
    }

    private static Tensor GeluTanh(Tensor input)
    {
        using var scope = NewDisposeScope();
        var inner = input.PlusScaled(input * input * input, 0.044715).Times(Math.Sqrt(2 / Math.PI));
        return (input.Times(0.5) * inner.tanh().Plus(1)).MoveToOuterDisposeScope();
    }

    private static Tensor QuickGelu(Tensor input)
    {
        using var scaled = input.Times(1.702);
        using var gate = scaled.sigmoid();
        return input * gate;
    }

    // ln(1 + eᶻ) = −ln σ(−z), which neither overflows nor loses its tail.
    private static Tensor Mish(Tensor input)
    {
        using var negative = input.neg();
        using var logarithm = nn.functional.logsigmoid(negative);
        using var softplus = logarithm.neg();
        using var gate = softplus.tanh();
        return input * gate;
    }

    private Tensor Swish(Tensor input)
    {
        using var scaled = input * _beta!;
        using var gate = scaled.sigmoid();
        return input * gate;
    }
}
