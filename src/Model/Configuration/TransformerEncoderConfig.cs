using System.Text.Json.Serialization;

namespace FeedbackService.Model.Configuration;

/// <summary>
/// Transformer encoder (Vaswani et al. 2017). The defaults are those of one trained from scratch; what else there is to choose makes it BERT, DistilBERT,
/// RoBERTa or GPT-2.
/// </summary>
public sealed record TransformerEncoderConfig : EncoderConfig
{
    /// <summary>Most segments there may be.</summary>
    internal const int MostSegments = 16;

    /// <summary>Number of token ids V.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Attention heads; divides the hidden size.</summary>
    public required int Heads { get; init; }

    /// <summary>Width of the feed-forward sublayer. Usually 4 × hidden size.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Number of positions; at least the classifier's longest text.</summary>
    public required int MaxPositions { get; init; }

    /// <summary>
    /// Default before the sublayers: gradients keep their size at every depth at the start (Xiong et al. 2020), so that
    /// a small encoder trained from scratch needs little warm-up, and feedback rounds re-enter an unnormalised stream.
    /// </summary>
    public NormPlacement Norm { get; init; } = NormPlacement.Pre;

    /// <summary>How a token is told its position. Default learned.</summary>
    public PositionKind Positions { get; init; } = PositionKind.Learned;

    /// <summary>Of the feed-forward sublayers. Default gelu.</summary>
    public ActivationKind Activation { get; init; } = ActivationKind.Gelu;

    /// <summary>Number of segments, such as the texts of a pair, with a learned vector each; 0 for none. Default 2.</summary>
    public int Segments { get; init; } = 2;

    /// <summary>A norm over the sum of the embeddings. Default true.</summary>
    public bool EmbeddingNorm { get; init; } = true;

    /// <summary>ε of every norm, greater than 0. Default 1e-5.</summary>
    public double NormEpsilon { get; init; } = 1e-5;

    /// <summary>Dropout of the attention's weights, in [0, 1); null (default) for the encoder's.</summary>
    public double? AttentionDropout { get; init; }

    /// <summary>Tokens see only themselves and those before them. Default false.</summary>
    public bool Causal { get; init; }

    /// <summary>
    /// Token id of padding, where positions are counted as in RoBERTa: the first token has the position after this number, and tokens of this id have this number and
    /// are not counted. Null (default): the first token has position 0 and all are counted.
    /// </summary>
    public int? PositionPadding { get; init; }

    /// <summary>Whose checkpoints it is interchangeable with; null (default) for an encoder of our own.</summary>
    public HuggingFaceFamily? Family { get; init; }

    /// <summary>Longest text in tokens that has positions.</summary>
    [JsonIgnore]
    public int LongestText => MaxPositions - (PositionPadding + 1 ?? 0);

    /// <inheritdoc/>
    public override int TokenIds => VocabularySize;
}
