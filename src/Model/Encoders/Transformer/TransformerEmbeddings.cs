using FeedbackService.Model.Configuration;
using FeedbackService.Model.Numerics;
using FeedbackService.Model.Randomness;
using FeedbackService.Model.Tokenization;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FeedbackService.Model.Encoders.Transformer;

/// <summary>Sum of token, position and segment vectors, normalised, with dropout (Devlin et al. 2019, figure 2); segments and norm may be missing.</summary>
internal sealed class TransformerEmbeddings : nn.Module
{
    [ComponentName(Name = "token")]
    private readonly Embedding _token;

    [ComponentName(Name = "position")]
    private readonly Embedding? _position;

    private readonly SinusoidTable? _sinusoids;
    private readonly double _tokenScale;
    private readonly int? _positionPadding;

    [ComponentName(Name = "segment")]
    private readonly Embedding? _segment;

    [ComponentName(Name = "norm")]
    private readonly LayerNorm? _norm;

    [ComponentName(Name = "dropout")]
    private readonly RandomDropout _dropout;

    public TransformerEmbeddings(TransformerEncoderConfig config)
        : base(nameof(TransformerEmbeddings))
    {
        _token = nn.Embedding(config.VocabularySize, config.HiddenSize);
        if (config.Positions == PositionKind.Sinusoidal)
        {
            _sinusoids = new SinusoidTable(config.MaxPositions, config.HiddenSize);
            _tokenScale = Math.Sqrt(config.HiddenSize);
        }
        else
        {
            _position = nn.Embedding(config.MaxPositions, config.HiddenSize);
        }

        _segment = config.Segments > 0 ? nn.Embedding(config.Segments, config.HiddenSize) : null;
        _positionPadding = config.PositionPadding;
        Initialization.Normal(_token, Initialization.SmallDeviation);
        if (_position is not null)
        {
            Initialization.Normal(_position, Initialization.SmallDeviation);
        }

        if (_segment is not null)
        {
            Initialization.Normal(_segment, Initialization.SmallDeviation);
        }

        _norm = config.EmbeddingNorm ? nn.LayerNorm(config.HiddenSize, config.NormEpsilon) : null;
        _dropout = new RandomDropout(config.Dropout);
        RegisterComponents();
    }

    /// <summary>[V, H] float.</summary>
    public Tensor TokenTable => _token.weight!;

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _sinusoids?.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <returns>X0. Rows [N, H] float.</returns>
    public Tensor Embed(PackedTokens tokens, TokenLayout layout)
    {
        using var scope = NewDisposeScope();
        var rows = _token.call(tensor(tokens.Ids, int64, layout.Device)); // [N, H]
        var positions = _positionPadding is { } padding ? PositionsAfter(padding, tokens, layout) : layout.RowPosition;
        rows = _sinusoids is null ? rows.Plus(_position!.call(positions)) : rows.Times(_tokenScale).Plus(_sinusoids.Look(positions)).to(rows.dtype);
        if (_segment is not null)
        {
            // Without segments all tokens are of segment 0, so that a text alone equals the same text beside a pair.
            rows = rows.Plus(tokens.SegmentIds is null || _segment.weight!.shape[0] == 1 ? _segment.weight![0] : _segment.call(tensor(tokens.SegmentIds, int64, layout.Device)));
        }

        return _dropout.call(_norm is null ? rows : _norm.call(rows)).MoveToOuterDisposeScope();
    }

    // A text may hold the padding token, written out: it is read, but it is not counted.
    private static Tensor PositionsAfter(int padding, PackedTokens tokens, TokenLayout layout)
    {
        var positions = new long[tokens.TotalTokens];
        for (var text = 0; text < layout.Count; text++)
        {
            var counted = 0;
            for (var row = layout.Offsets[text]; row < layout.Offsets[text + 1]; row++)
            {
                positions[row] = tokens.Ids[row] == padding ? padding : padding + ++counted;
            }
        }

        return tensor(positions, device: layout.Device);
    }
}
