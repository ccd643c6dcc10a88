using FeedbackService.Model.Configuration;
using FeedbackService.Model.Tokenization;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FeedbackService.Model.Encoders.Transformer;

/// <summary>
/// Transformer encoder (Vaswani et al. 2017, arXiv:1706.03762) with learned or sinusoidal positions and learned segments, after or before
/// whose sublayers the norm stands (<see cref="TransformerEncoderConfig.Norm"/>).
/// </summary>
/// <remarks>
/// Everything per token runs on packed rows; only attention pads. With pre-norm the last layer's output passes a final
/// norm (Xiong et al. 2020, arXiv:2002.04745), counted as part of that layer, so re-entry at any layer keeps its meaning.
/// </remarks>
public sealed class TransformerEncoder : TextEncoder
{
    private readonly TransformerEncoderConfig _config;

    [ComponentName(Name = "embeddings")]
    private readonly TransformerEmbeddings _embeddings;

    [ComponentName(Name = "layers")]
    private readonly ModuleList<TransformerLayer> _layers;

    [ComponentName(Name = "final_norm")]
    private readonly LayerNorm? _finalNorm;

    /// <summary>Makes the encoder on the CPU with weights from torch's global generator.</summary>
    /// <param name="config">Its sizes.</param>
    /// <param name="adapter">What stands beside its maps or behind its sublayers; null for nothing.</param>
    public TransformerEncoder(TransformerEncoderConfig config, AdapterConfig? adapter = null)
        : base(nameof(TransformerEncoder))
    {
        ArgumentNullException.ThrowIfNull(config);
        _config = config;
        _embeddings = new TransformerEmbeddings(config);
        _layers = nn.ModuleList(Enumerable.Range(0, config.Layers).Select(_ => new TransformerLayer(config, adapter)).ToArray());
        _finalNorm = config.Norm == NormPlacement.Pre ? nn.LayerNorm(config.HiddenSize, config.NormEpsilon) : null;
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override int HiddenSize => _config.HiddenSize;

    /// <inheritdoc/>
    public override int LayerCount => _config.Layers;

    /// <inheritdoc/>
    public override Tensor? TokenTable => _embeddings.TokenTable;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A text has more tokens than there are positions.</exception>
    public override TokenBatch Embed(PackedTokens tokens, TokenLayout layout)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(layout);
        if (layout.MaxLength > _config.LongestText)
        {
            throw new ArgumentException(
                $"A text of {layout.MaxLength} tokens does not fit the {_config.LongestText} positions of the encoder; cut it when tokenizing.",
                nameof(tokens));
        }

        return new TokenBatch(_embeddings.Embed(tokens, layout), layout);
    }

    /// <inheritdoc/>
    public override TokenBatch Encode(TokenBatch states, int fromLayer, int toLayer)
    {
        ArgumentNullException.ThrowIfNull(states);
        for (var layer = fromLayer; layer < toLayer; layer++)
        {
            states = Replace(states, _layers[layer].Transform(states), isInput: layer == fromLayer);
        }

        return _finalNorm is not null && fromLayer < toLayer && toLayer == LayerCount
            ? Replace(states, _finalNorm.call(states.Rows), isInput: false)
            : states;
    }

    // Where no gradient will want them, states between two layers go at once: a large batch would hold them of all layers until its round ends.
    private static TokenBatch Replace(TokenBatch states, Tensor rows, bool isInput)
    {
        if (!isInput && !is_grad_enabled())
        {
            states.Rows.Dispose();
        }

        return states.With(rows);
    }

    /// <inheritdoc/>
    protected override void QuietFrozenBlocks()
    {
        _embeddings.eval();
        foreach (var layer in _layers.Take(FrozenBlocks - 1))
        {
            layer.eval();
        }
    }
}
