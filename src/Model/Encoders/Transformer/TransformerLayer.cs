using FeedbackService.Model.Adapters;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Numerics;
using FeedbackService.Model.Randomness;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FeedbackService.Model.Encoders.Transformer;

/// <summary>
/// Attention and feed-forward sublayers. Pre-norm: x + f(LN(x)); post-norm: LN(x + f(x)).
/// </summary>
internal sealed class TransformerLayer : nn.Module
{
    private readonly NormPlacement _placement;

    [ComponentName(Name = "attention_norm")]
    private readonly LayerNorm _attentionNorm;

    [ComponentName(Name = "attention")]
    private readonly SelfAttention _attention;

    [ComponentName(Name = "attention_adapter")]
    private readonly BottleneckAdapter? _attentionAdapter;

    [ComponentName(Name = "feed_forward_norm")]
    private readonly LayerNorm _feedForwardNorm;

    [ComponentName(Name = "feed_forward")]
    private readonly FeedForward _feedForward;

    [ComponentName(Name = "feed_forward_adapter")]
    private readonly BottleneckAdapter? _feedForwardAdapter;

    [ComponentName(Name = "dropout")]
    private readonly RandomDropout _dropout;

    public TransformerLayer(TransformerEncoderConfig config, AdapterConfig? adapter = null)
        : base(nameof(TransformerLayer))
    {
        _placement = config.Norm;
        _attentionNorm = nn.LayerNorm(config.HiddenSize, config.NormEpsilon);
        _attention = new SelfAttention(config, adapter);
        _feedForwardNorm = nn.LayerNorm(config.HiddenSize, config.NormEpsilon);
        _feedForward = new FeedForward(config, adapter);
        _dropout = new RandomDropout(config.Dropout);
        _attentionAdapter = BottleneckAdapter.BehindAttention(adapter, config.HiddenSize);
        _feedForwardAdapter = BottleneckAdapter.BehindFeedForward(adapter, config.HiddenSize);
        RegisterComponents();
    }

    /// <summary>Rows [N, H] float to rows [N, H] float.</summary>
    public Tensor Transform(TokenBatch states)
    {
        using var scope = NewDisposeScope();
        var rows = states.Rows;
        if (_placement == NormPlacement.Pre)
        {
            rows = rows.Plus(Through(_attentionAdapter, _attention.Attend(states.With(_attentionNorm.call(rows)))));
            rows = rows.Plus(Through(_feedForwardAdapter, _feedForward.call(_feedForwardNorm.call(rows))));
        }
        else
        {
            rows = _attentionNorm.call(rows.Plus(Through(_attentionAdapter, _attention.Attend(states))));
            rows = _feedForwardNorm.call(rows.Plus(Through(_feedForwardAdapter, _feedForward.call(rows))));
        }

        return rows.MoveToOuterDisposeScope();
    }

    private Tensor Through(BottleneckAdapter? adapter, Tensor branch)
    {
        var dropped = _dropout.call(branch);
        return adapter is null ? dropped : adapter.call(dropped);
    }
}
