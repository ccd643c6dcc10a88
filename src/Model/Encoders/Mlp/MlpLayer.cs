using FeedbackService.Model.Activations;
using FeedbackService.Model.Adapters;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Numerics;
using FeedbackService.Model.Randomness;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FeedbackService.Model.Encoders.Mlp;

/// <summary>Residual feed-forward layer on single rows: x + W₂·f(W₁·LN(x)), pre-norm, inner width H.</summary>
internal sealed class MlpLayer : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "norm")]
    private readonly LayerNorm _norm;

    [ComponentName(Name = "inner")]
    private readonly Linear _inner;

    [ComponentName(Name = "inner_adapter")]
    private readonly MapAdapter? _innerAdapter;

    [ComponentName(Name = "activation")]
    private readonly Activation _activation;

    [ComponentName(Name = "outer")]
    private readonly Linear _outer;

    [ComponentName(Name = "outer_adapter")]
    private readonly MapAdapter? _outerAdapter;

    [ComponentName(Name = "dropout")]
    private readonly RandomDropout _dropout;

    [ComponentName(Name = "feed_forward_adapter")]
    private readonly BottleneckAdapter? _feedForwardAdapter;

    public MlpLayer(MlpEncoderConfig config, AdapterConfig? adapter = null)
        : base(nameof(MlpLayer))
    {
        _norm = nn.LayerNorm(config.HiddenSize);
        _inner = Initialization.Linear(config.HiddenSize, config.HiddenSize);

        // Zero: the encoder starts as the plain bag of n-grams, whose small rows any other branch would drown. Only one
        // factor of the branch is zero, so it has a gradient from the first step on.
        _outer = Initialization.Linear(config.HiddenSize, config.HiddenSize, deviation: 0);
        _dropout = new RandomDropout(config.Dropout);
        _activation = new Activation(config.Activation);
        _innerAdapter = MapAdapter.Create(adapter, config.HiddenSize, (AdapterTargets.Inner, config.HiddenSize));
        _outerAdapter = MapAdapter.Create(adapter, config.HiddenSize, (AdapterTargets.Outer, config.HiddenSize));
        _feedForwardAdapter = BottleneckAdapter.BehindFeedForward(adapter, config.HiddenSize);
        RegisterComponents();
    }

    /// <summary>Rows [N, H] float to rows [N, H] float.</summary>
    public override Tensor forward(Tensor input)
    {
        using var normed = _norm.call(input);
        using var inner = _inner.call(normed);
        _innerAdapter?.Add(inner, normed);
        using var active = _activation.call(inner);
        using var outer = _outer.call(active);
        _outerAdapter?.Add(outer, active);
        using var dropped = _dropout.call(outer);
        if (_feedForwardAdapter is null)
        {
            return input.Plus(dropped);
        }

        using var adapted = _feedForwardAdapter.call(dropped);
        return input.Plus(adapted);
    }
}
