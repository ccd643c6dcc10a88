using System.Numerics;
using FeedbackService.Model.Pooling;
using FeedbackService.Training.Options;
using FeedbackService.Training.Presets;

namespace FeedbackService.Training.Estimation;

/// <summary>About how many numbers a model has beside the table of the mlp encoder.</summary>
/// <param name="Learning">Those that an optimizer moves.</param>
/// <param name="Frozen">Those that stay as they are.</param>
internal readonly record struct ParameterCounts(double Learning, double Frozen)
{
    /// <summary>Counts them.</summary>
    public static ParameterCounts Of(TrainingOptions options, EncoderFamilies encoder, DataFacts facts)
    {
        var (hidden, layers) = ((double)options.Architecture.HiddenSize, options.Architecture.Layers);
        var own = (3 * hidden * facts.Classes) + (options.Feedback.Rounds == 0 ? 0 : 8 * hidden * hidden) + OfPooling(options);
        var embedding = encoder == EncoderFamilies.Transformer ? (options.Data.VocabularySize + options.Data.MaxTokens) * hidden
            : (encoder & EncoderFamilies.Recurrent) != 0 ? options.Data.VocabularySize * hidden
            : 0;
        var layer = encoder switch
        {
            EncoderFamilies.Transformer => (4 * hidden * hidden) + (2 * hidden * options.Architecture.IntermediateSize),
            EncoderFamilies.Bifnn => 3 * hidden * hidden,
            _ => 2 * TrainingEstimator.Gates(encoder) * hidden * hidden,
        };
        if (options.Adapter.Kind != AdapterKind.None)
        {
            return new ParameterCounts(own + (layers * OfAdapter(options)), embedding + (layers * layer));
        }

        var blocks = options.Optimizer.FrozenBlocks(layers, epoch: long.MaxValue);
        var frozen = (blocks > 0 ? embedding : 0) + (Math.Clamp(blocks - 1, 0, layers) * layer);
        return new ParameterCounts(own + embedding + (layers * layer) - frozen, frozen);
    }

    /// <summary>Most of what attention pooling has, and half of its operations per token row.</summary>
    public static double OfPooling(TrainingOptions options) => TokenPooling.Learns(options.Architecture.Pooling)
        ? (double)options.Architecture.HiddenSize * options.Architecture.PoolingSize
        : 0;

    // Of one layer.
    private static double OfAdapter(TrainingOptions options)
    {
        var (adapter, hidden) = (options.Adapter, (double)options.Architecture.HiddenSize);
        return adapter.Kind switch
        {
            AdapterKind.Houlsby => 4 * hidden * adapter.Size,
            AdapterKind.Pfeiffer => 2 * hidden * adapter.Size,
            _ => 2 * hidden * adapter.FirstRank * BitOperations.PopCount((uint)adapter.Targets),
        };
    }
}
