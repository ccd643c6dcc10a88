using FeedbackService.Model.Configuration;
using FeedbackService.Model.Numerics;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FeedbackService.Model.Adapters;

/// <summary>
/// y = x + W_up·gelu(W_down·x + b) + b′ on every row (Houlsby et al. 2019, arXiv:1902.00751, section 2.1). Weights start from a normal distribution of deviation 1e-3
/// cut at two deviations, biases at 0: nearly the identity. GELU is the exact one, where the paper's code has the approximation by tanh.
/// </summary>
internal sealed class BottleneckAdapter : nn.Module<Tensor, Tensor>
{
    /// <summary>Standard deviation of the weights at the start, before the cut: that of the code published with the paper.</summary>
    public const double Deviation = 1e-3;

    [ComponentName(Name = "down")]
    private readonly Linear _down;

    [ComponentName(Name = "up")]
    private readonly Linear _up;

    public BottleneckAdapter(BottleneckConfig config, int width)
        : base(nameof(BottleneckAdapter))
    {
        _down = NearZero(width, config.Size);
        _up = NearZero(config.Size, width);
        RegisterComponents();
    }

    /// <summary>The one behind an attention sublayer; null for none.</summary>
    public static BottleneckAdapter? BehindAttention(AdapterConfig? config, int width) => config is HoulsbyConfig houlsby ? new BottleneckAdapter(houlsby, width) : null;

    /// <summary>The one behind a feed-forward sublayer; null for none.</summary>
    public static BottleneckAdapter? BehindFeedForward(AdapterConfig? config, int width) => config is BottleneckConfig bottleneck ? new BottleneckAdapter(bottleneck, width) : null;

    /// <summary>Rows [N, H] float to rows [N, H] float.</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return input.Plus(_up.call(nn.functional.gelu(_down.call(input)))).MoveToOuterDisposeScope();
    }

    private static Linear NearZero(int inputs, int outputs)
    {
        var linear = nn.Linear(inputs, outputs);
        Initialization.TruncatedNormal(linear.weight!, Deviation);
        nn.init.zeros_(linear.bias!);
        return linear;
    }
}
