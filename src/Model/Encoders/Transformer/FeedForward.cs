using FeedbackService.Model.Activations;
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

    [ComponentName(Name = "activation")]
    private readonly Activation _activation;

    [ComponentName(Name = "outer")]
    private readonly Linear _outer;

    public FeedForward(TransformerEncoderConfig config)
        : base(nameof(FeedForward))
    {
        _inner = Initialization.Linear(config.HiddenSize, config.IntermediateSize, deviation: Initialization.SmallDeviation);
        _outer = Initialization.Linear(config.IntermediateSize, config.HiddenSize, deviation: Deviation.OfResidual(config));
        _activation = new Activation(config.Activation);
        RegisterComponents();
    }

    /// <summary>Rows [N, H] float to rows [N, H] float.</summary>
    public override Tensor forward(Tensor input)
    {
        using var inner = _inner.call(input);
        using var active = _activation.call(inner);
        return _outer.call(active);
    }
}
