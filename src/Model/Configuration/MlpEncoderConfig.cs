namespace FeedbackService.Model.Configuration;

/// <summary>Feed-forward encoder over hashed n-grams: every n-gram of the text is one token row.</summary>
public sealed record MlpEncoderConfig : EncoderConfig
{
    /// <summary>Number of hash buckets V of the embedding table.</summary>
    public required int Buckets { get; init; }

    /// <summary>Share of n-grams left out of a text in training, in [0, 1). Default 0.</summary>
    public double RowDropout { get; init; }

    /// <summary>Of the layers. Default gelu.</summary>
    public ActivationKind Activation { get; init; } = ActivationKind.Gelu;

    /// <inheritdoc/>
    public override int TokenIds => Buckets;
}
