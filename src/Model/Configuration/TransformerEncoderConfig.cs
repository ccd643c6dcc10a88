namespace FeedbackService.Model.Configuration;

/// <summary>Transformer encoder (Vaswani et al. 2017) trained from scratch.</summary>
public sealed record TransformerEncoderConfig : EncoderConfig
{
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
}
