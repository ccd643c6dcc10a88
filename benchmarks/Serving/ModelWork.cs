using FeedbackService.Model.Configuration;

namespace FeedbackService.ServingBenchmark;

/// <summary>Floating-point operations that a transformer needs for a text, padding left out: products of matrices alone, a multiplication and an addition each.</summary>
internal static class ModelWork
{
    /// <summary>Of the plain pass: 8 d² + 4 d f for the maps of a layer and 4 T d for its attention, per token, and the head.</summary>
    /// <exception cref="NotSupportedException">The encoder is no transformer.</exception>
    public static double OfText(ClassifierConfig config, int tokens)
    {
        if (config.Encoder is not TransformerEncoderConfig encoder)
        {
            throw new NotSupportedException("Only transformers are counted.");
        }

        double width = encoder.HiddenSize;
        var layer = (8 * width * width) + (4 * width * encoder.IntermediateSize) + (4.0 * tokens * width);
        var pooled = config.Pooling == PoolingKind.MeanMax ? 2 * width : width;
        return (encoder.Layers * layer * tokens) + (2 * pooled * config.Labels.Count);
    }
}
