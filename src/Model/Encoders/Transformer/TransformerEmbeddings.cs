using FeedbackService.Model.Configuration;
using FeedbackService.Model.Numerics;
using FeedbackService.Model.Tokenization;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FeedbackService.Model.Encoders.Transformer;

/// <summary>Sum of token, position and segment vectors, normalised, with dropout (Devlin et al. 2019, figure 2).</summary>
internal sealed class TransformerEmbeddings : nn.Module
{
    private const int Segments = 2;

    [ComponentName(Name = "token")]
    private readonly Embedding _token;

    [ComponentName(Name = "position")]
    private readonly Embedding? _position;

    private readonly SinusoidTable? _sinusoids;
    private readonly double _tokenScale;

    [ComponentName(Name = "segment")]
    private readonly Embedding _segment;

    [ComponentName(Name = "norm")]
    private readonly LayerNorm _norm;

    [ComponentName(Name = "dropout")]
    private readonly Dropout _dropout;

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

        _segment = nn.Embedding(Segments, config.HiddenSize);
        Initialization.Normal(_token, Initialization.SmallDeviation);
        if (_position is not null)
        {
            Initialization.Normal(_position, Initialization.SmallDeviation);
        }

        Initialization.Normal(_segment, Initialization.SmallDeviation);
        _norm = nn.LayerNorm(config.HiddenSize);
        _dropout = nn.Dropout(config.Dropout);
        RegisterComponents();
    }

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
        rows = _sinusoids is null ? rows.Plus(_position!.call(layout.RowPosition)) : rows.Times(_tokenScale).Plus(_sinusoids.Look(layout.RowPosition));

        // Without segments all tokens are of segment 0, so that a text alone equals the same text beside a pair.
        var segments = tokens.SegmentIds is null
            ? _segment.weight![0]
            : _segment.call(tensor(tokens.SegmentIds, int64, layout.Device));
        return _dropout.call(_norm.call(rows.Plus(segments))).MoveToOuterDisposeScope();
    }
}
