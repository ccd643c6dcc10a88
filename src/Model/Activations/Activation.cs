using FeedbackService.Model.Configuration;
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
        ActivationKind.Gelu => 1.12905,
        ActivationKind.Swish => 1.0999,
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
            ActivationKind.Mish => Mish(input),
            _ => Swish(input),
        };
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
