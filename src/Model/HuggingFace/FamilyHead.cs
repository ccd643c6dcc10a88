using FeedbackService.Model.Configuration;

namespace FeedbackService.Model.HuggingFace;

/// <summary>How the sequence classifiers of a family get from token states to logits.</summary>
/// <param name="Pooling">Which token speaks for the text.</param>
/// <param name="Hidden">Activation of the layer of the encoder's width between it and the logits; null without such a layer.</param>
/// <param name="Bias">The logits have a bias.</param>
internal sealed record FamilyHead(PoolingKind Pooling, ActivationKind? Hidden, bool Bias)
{
    /// <summary>That of a family.</summary>
    public static FamilyHead Of(HuggingFaceFamily family) => family switch
    {
        HuggingFaceFamily.DistilBert => new FamilyHead(PoolingKind.Cls, ActivationKind.Relu, Bias: true),
        HuggingFaceFamily.Gpt2 => new FamilyHead(PoolingKind.Last, null, Bias: false),
        _ => new FamilyHead(PoolingKind.Cls, ActivationKind.Tanh, Bias: true),
    };

    /// <summary>Whether a classifier has just this head.</summary>
    public bool Fits(ClassifierConfig config) =>
        config.Pooling == Pooling
        && config.HeadBias == Bias
        && config.HeadHiddenSize == (Hidden is null ? 0 : config.Encoder.HiddenSize)
        && (Hidden is null || config.HeadActivation == Hidden);

    /// <summary>A classifier with this head.</summary>
    public ClassifierConfig ApplyTo(ClassifierConfig config) => config with
    {
        Pooling = Pooling,
        HeadBias = Bias,
        HeadHiddenSize = Hidden is null ? 0 : config.Encoder.HiddenSize,
        HeadActivation = Hidden ?? config.HeadActivation,
    };
}
