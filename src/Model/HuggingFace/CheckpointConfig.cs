using FeedbackService.Model.Configuration;

namespace FeedbackService.Model.HuggingFace;

/// <summary>What a checkpoint's <c>config.json</c> says, in our terms.</summary>
/// <param name="Encoder">The encoder; its family is set.</param>
/// <param name="Architecture">First entry of <c>architectures</c>; null when there is none.</param>
/// <param name="HeadDropout">Dropout before the logits.</param>
internal sealed record CheckpointConfig(TransformerEncoderConfig Encoder, string? Architecture, double HeadDropout)
{
    /// <summary>The family.</summary>
    public HuggingFaceFamily Family => Encoder.Family!.Value;

    /// <summary>It says of itself that it classifies texts; null when it says nothing.</summary>
    public bool? Classifies => Architecture?.EndsWith("ForSequenceClassification", StringComparison.Ordinal);
}
