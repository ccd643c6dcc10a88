using FeedbackService.Model.Adapters;
using FeedbackService.Model.Configuration;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FeedbackService.Model.Encoders.Transformer;

/// <summary>
/// Multi-head self-attention softmax(QKᵀ/√D)·V within each text (Vaswani et al. 2017, equation 1); the only place of
/// the encoder that pads, each group of about equally long texts by itself.
/// </summary>
internal sealed class SelfAttention : nn.Module
{
    private readonly int _heads;
    private readonly double _dropout;
    private readonly bool _causal;

    [ComponentName(Name = "qkv")]
    private readonly Linear _qkv;

    [ComponentName(Name = "qkv_adapter")]
    private readonly MapAdapter? _qkvAdapter;

    [ComponentName(Name = "output")]
    private readonly Linear _output;

    [ComponentName(Name = "output_adapter")]
    private readonly MapAdapter? _outputAdapter;

    public SelfAttention(TransformerEncoderConfig config, AdapterConfig? adapter = null)
        : base(nameof(SelfAttention))
    {
        _heads = config.Heads;
        _dropout = config.AttentionDropout ?? config.Dropout;
        _causal = config.Causal;
        _qkv = Initialization.Linear(config.HiddenSize, 3L * config.HiddenSize, deviation: Initialization.SmallDeviation);
        _output = Initialization.Linear(config.HiddenSize, config.HiddenSize, deviation: Deviation.OfResidual(config));
        var width = config.HiddenSize;
        _qkvAdapter = MapAdapter.Create(adapter, width, (AdapterTargets.Query, width), (AdapterTargets.Key, width), (AdapterTargets.Value, width));
        _outputAdapter = MapAdapter.Create(adapter, width, (AdapterTargets.Output, width));
        RegisterComponents();
    }

    /// <summary>Rows [N, H] float to rows [N, H] float; a token sees the real tokens of its own text only, and if causal not those after it.</summary>
    public Tensor Attend(TokenBatch states)
    {
        using var scope = NewDisposeScope();
        var rows = _qkv.call(states.Rows); // [N, 3H]
        _qkvAdapter?.Add(rows, states.Rows);
        var groups = states.Layout.Groups;
        var mixed = groups.Count == 1
            ? Mix(rows, states.Layout)
            : cat([.. groups.Select(group => Mix(rows.narrow(0, group.FirstRow, group.Layout.TotalTokens), group.Layout))]); // [N, H]
        var output = _output.call(mixed);
        _outputAdapter?.Add(output, mixed);
        return output.MoveToOuterDisposeScope();
    }

    // Padded to the longest text of the layout. Rows of queries, keys and values [N, 3H] to rows [N, H].
    private Tensor Mix(Tensor rows, TokenLayout layout)
    {
        using var scope = NewDisposeScope();
        var width = rows.size(1) / 3;
        var qkv = TokenBatch.Pad(rows, layout) // [B, T, 3H]
            .view(layout.Count, layout.MaxLength, 3, _heads, width / _heads)
            .permute(2, 0, 3, 1, 4); // [3, B, heads, T, D]

        // Without padding there is nothing to mask, and libtorch's unmasked kernel is the faster one. Padding comes after all that a causal token sees.
        var mask = _causal || layout.IsRectangular ? null : layout.Mask.view(layout.Count, 1, 1, layout.MaxLength);
        var dropout = training ? _dropout : 0;
        var mixed = dropout > 0 && rows.device_type == DeviceType.CPU
            ? AttentionWithDropout.Mix(qkv[0], qkv[1], qkv[2], mask, _causal, dropout)
            : nn.functional.scaled_dot_product_attention(qkv[0], qkv[1], qkv[2], mask, dropout, _causal);
        var padded = mixed.transpose(1, 2).reshape(layout.Count, layout.MaxLength, width); // [B, T, H]
        return TokenBatch.Unpad(padded, layout).MoveToOuterDisposeScope();
    }
}
