using FeedbackService.Model.Activations;
using FeedbackService.Model.Adapters;
using FeedbackService.Model.Configuration;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FeedbackService.Model.Encoders.Transformer;

/// <summary>W₂·f(W₁·x) on every row; f is by default GELU instead of the original's ReLU, as in BERT.</summary>
internal sealed class FeedForward : nn.Module<Tensor, Tensor>
{
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

    public FeedForward(TransformerEncoderConfig config, AdapterConfig? adapter = null)
        : base(nameof(FeedForward))
    {
        _inner = Initialization.Linear(config.HiddenSize, config.IntermediateSize, deviation: Initialization.SmallDeviation);
        _outer = Initialization.Linear(config.IntermediateSize, config.HiddenSize, deviation: Deviation.OfResidual(config));
        _activation = new Activation(config.Activation);
        _innerAdapter = MapAdapter.Create(adapter, config.HiddenSize, (AdapterTargets.Inner, config.IntermediateSize));
        _outerAdapter = MapAdapter.Create(adapter, config.IntermediateSize, (AdapterTargets.Outer, config.HiddenSize));
        RegisterComponents();
    }

    /// <summary>Rows [N, H] float to rows [N, H] float.</summary>
    public override Tensor forward(Tensor input)
    {
        using var inner = _inner.call(input);
        _innerAdapter?.Add(inner, input);
        using var active = _activation.call(inner);
        var outer = _outer.call(active);
        return _outerAdapter is null ? outer : _outerAdapter.Add(outer, active);
    }
}
