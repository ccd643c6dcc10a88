using FeedbackService.Model.Configuration;
using FeedbackService.Model.Tokenization;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FeedbackService.Model.Encoders.Mlp;

/// <summary>
/// Feed-forward encoder over hashed n-grams (the bag of n-grams of Joulin et al. 2016, arXiv:1607.01759, with its
/// rows kept apart): every n-gram of the text is one token row, so that feedback has rows to attend to.
/// </summary>
public sealed class MlpEncoder : TextEncoder
{
    // Small, so that what an n-gram says is learned and not left over from the start: on validation parts 0.05 to 0.3
    // cost up to four points (docs/log.md).
    private const double EmbeddingDeviation = 0.01;

    private readonly MlpEncoderConfig _config;

    [ComponentName(Name = "embedding")]
    private readonly Embedding _embedding;

    [ComponentName(Name = "layers")]
    private readonly ModuleList<MlpLayer> _layers;

    /// <summary>Makes the encoder on the CPU with weights from torch's global generator.</summary>
    /// <param name="config">Its sizes.</param>
    /// <param name="adapter">What stands beside the maps of its layers or behind them; null for nothing.</param>
    public MlpEncoder(MlpEncoderConfig config, AdapterConfig? adapter = null)
        : base(nameof(MlpEncoder))
    {
        ArgumentNullException.ThrowIfNull(config);
        _config = config;

        // Sparse gradients: a dense one is V·H floats per step (128 MiB at 2^18 × 128) for the few thousand rows in use.
        _embedding = nn.Embedding(config.Buckets, config.HiddenSize, sparse: true);
        Initialization.Normal(_embedding, EmbeddingDeviation);
        _layers = nn.ModuleList(Enumerable.Range(0, config.Layers).Select(_ => new MlpLayer(config, adapter)).ToArray());
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override int HiddenSize => _config.HiddenSize;

    /// <inheritdoc/>
    public override int LayerCount => _config.Layers;

    /// <summary>The table of n-gram vectors. [V, H] float; its gradient is a sparse, uncoalesced tensor.</summary>
    internal Parameter EmbeddingWeight => _embedding.weight!;

    /// <summary>
    /// In training, leaves out every n-gram with probability <see cref="MlpEncoderConfig.RowDropout"/>, unless the table is frozen.
    /// </summary>
    /// <remarks>
    /// Rows leave before packing instead of being zeroed: a zero row would still win the maximum of features whose real
    /// values are negative, and would need another divisor for the mean. This way mean, maximum and attention all see a
    /// shorter text and need no correction. Nothing is rescaled: mean and maximum do not grow with the number of rows.
    /// </remarks>
    public override PackedTokens Thin(PackedTokens tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        if (!training || FrozenBlocks > 0 || _config.RowDropout == 0)
        {
            return tokens;
        }

        // Torch's CPU generator, so that one seed per step governs all randomness of a training.
        using var draws = rand(tokens.TotalTokens, float32, CPU);
        var drop = (float)_config.RowDropout;
        return tokens.Thin(Array.ConvertAll(draws.data<float>().ToArray(), draw => draw >= drop));
    }

    /// <inheritdoc/>
    public override TokenBatch Embed(PackedTokens tokens, TokenLayout layout)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(layout);
        using var ids = tensor(tokens.Ids, int64, layout.Device);
        var rows = _embedding.call(ids); // [N, H]
        if (tokens.Weights is null)
        {
            return new TokenBatch(rows, layout);
        }

        using var unscaled = rows;
        using var weights = tensor(tokens.Weights, [tokens.TotalTokens, 1], rows.dtype, layout.Device);
        return new TokenBatch(unscaled * weights, layout); // [N, H]
    }

    /// <inheritdoc/>
    public override TokenBatch Encode(TokenBatch states, int fromLayer, int toLayer)
    {
        ArgumentNullException.ThrowIfNull(states);
        for (var layer = fromLayer; layer < toLayer; layer++)
        {
            states = states.With(_layers[layer].call(states.Rows));
        }

        return states;
    }

    /// <inheritdoc/>
    protected override void QuietFrozenBlocks()
    {
        // The embedding is quiet by Thin.
        foreach (var layer in _layers.Take(FrozenBlocks - 1))
        {
            layer.eval();
        }
    }
}
