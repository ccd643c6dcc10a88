using FeedbackService.Model.Configuration;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FeedbackService.Model.Encoders.Mlp;

/// <summary>Residual feed-forward layer on single rows: x + W₂·gelu(W₁·LN(x)), pre-norm, inner width H.</summary>
internal sealed class MlpLayer : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "norm")]
    private readonly LayerNorm _norm;

    [ComponentName(Name = "inner")]
    private readonly Linear _inner;

    [ComponentName(Name = "outer")]
    private readonly Linear _outer;

    [ComponentName(Name = "dropout")]
    private readonly Dropout _dropout;

    public MlpLayer(MlpEncoderConfig config)
        : base(nameof(MlpLayer))
    {
        _norm = nn.LayerNorm(config.HiddenSize);
        _inner = Initialization.Linear(config.HiddenSize, config.HiddenSize);

        // Rows start small (see MlpEncoder); a branch of full scale would drown them at the start.
        _outer = Initialization.Linear(config.HiddenSize, config.HiddenSize, deviation: Initialization.SmallDeviation);
        _dropout = nn.Dropout(config.Dropout);
        RegisterComponents();
    }

    /// <summary>Rows [N, H] float to rows [N, H] float.</summary>
    public override Tensor forward(Tensor input)
    {
        using var normed = _norm.call(input);
        using var inner = _inner.call(normed);
        using var active = nn.functional.gelu(inner);
        using var outer = _outer.call(active);
        using var dropped = _dropout.call(outer);
        return input + dropped;
    }
}
