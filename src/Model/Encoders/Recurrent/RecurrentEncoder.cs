using FeedbackService.Model.Configuration;
using FeedbackService.Model.Numerics;
using FeedbackService.Model.Randomness;
using FeedbackService.Model.Tokenization;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FeedbackService.Model.Encoders.Recurrent;

/// <summary>Recurrent encoder: a vector per word piece, in the second text of a pair plus the vector of second texts, then layers that read in one or both directions. No token sees padding.</summary>
public sealed class RecurrentEncoder : TextEncoder
{
    private const double EmbeddingDeviation = 0.1;

    private readonly RecurrentEncoderConfig _config;

    [ComponentName(Name = "embedding")]
    private readonly Embedding _embedding;

    [ComponentName(Name = "second_text")]
    private readonly Parameter? _secondText;

    [ComponentName(Name = "layers")]
    private readonly ModuleList<RecurrentLayer> _layers;

    [ComponentName(Name = "dropout")]
    private readonly RandomDropout _dropout;

    /// <summary>Makes the encoder on the CPU with weights from torch's global generator.</summary>
    /// <param name="config">Its sizes.</param>
    /// <param name="adapter">What stands beside the maps of the input; null for nothing.</param>
    public RecurrentEncoder(RecurrentEncoderConfig config, AdapterConfig? adapter = null)
        : base(nameof(RecurrentEncoder))
    {
        ArgumentNullException.ThrowIfNull(config);
        _config = config;
        _embedding = nn.Embedding(config.VocabularySize, config.HiddenSize);
        Initialization.Normal(_embedding, EmbeddingDeviation);
        _layers = nn.ModuleList(Enumerable.Range(0, config.Layers).Select(_ => CreateLayer(config, adapter)).ToArray());
        _dropout = new RandomDropout(config.Dropout);

        // Drawn last, so that all else starts as without it.
        _secondText = config.ReadsPairs ? Initialization.Normal(EmbeddingDeviation, config.HiddenSize) : null;
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override int HiddenSize => _config.HiddenSize;

    /// <inheritdoc/>
    public override int LayerCount => _config.Layers;

    /// <inheritdoc/>
    public override TokenBatch Embed(PackedTokens tokens, TokenLayout layout)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(layout);
        using var scope = NewDisposeScope();
        var rows = _embedding.call(tensor(tokens.Ids, int64, layout.Device)); // [N, H]
        if (_secondText is not null && tokens.SegmentIds is not null)
        {
            // Segment 0 adds nothing, so that a text alone equals the same text beside a pair.
            var second = tensor(tokens.SegmentIds, [tokens.TotalTokens, 1], rows.dtype, layout.Device);
            rows = rows.Plus(second * _secondText);
        }

        return new TokenBatch(Drop(rows, block: 0).MoveToOuterDisposeScope(), layout);
    }

    /// <inheritdoc/>
    public override TokenBatch Encode(TokenBatch states, int fromLayer, int toLayer)
    {
        ArgumentNullException.ThrowIfNull(states);
        for (var layer = fromLayer; layer < toLayer; layer++)
        {
            var found = _layers[layer].Run(states);
            states = found with { Rows = Drop(found.Rows, layer + 1) };
        }

        return states;
    }

    private Tensor Drop(Tensor rows, int block) => block < FrozenBlocks ? rows : _dropout.call(rows);

    private static RecurrentLayer CreateLayer(RecurrentEncoderConfig config, AdapterConfig? adapter) => config switch
    {
        RnnEncoderConfig elman => new ElmanLayer(elman, adapter),
        BifnnEncoderConfig bifnn => new BifnnLayer(bifnn, adapter),
        DirectedEncoderConfig gated => new GatedLayer(gated),
        _ => throw new ArgumentOutOfRangeException(nameof(config), config.GetType().Name, "No layer is known for it."),
    };

    /// <inheritdoc/>
    protected override void QuietFrozenBlocks()
    {
        // All that is random is the dropout between blocks, which is left out behind frozen ones. The layers stay in training: cuDNN refuses the backward pass of a
        // recurrence in evaluation mode.
    }
}
