using FeedbackService.Model.Configuration;
using FeedbackService.Model.Encoders;
using FeedbackService.Model.Encoders.Mlp;
using FeedbackService.Model.Encoders.Recurrent;
using FeedbackService.Model.Encoders.Transformer;
using FeedbackService.Model.Feedback;
using FeedbackService.Model.Fusion;
using FeedbackService.Model.Heads;
using FeedbackService.Model.Pooling;

namespace FeedbackService.Model.Classification;

/// <summary>Makes classifiers: the only place that knows which class belongs to which kind.</summary>
public static class ClassifierFactory
{
    /// <summary>
    /// Makes a classifier on the CPU, in training mode, with weights from torch's global generator. Call it outside
    /// dispose scopes; load weights, then move, then make the optimizer.
    /// </summary>
    /// <exception cref="InvalidConfigurationException">The configuration does not fit together; all faults are named.</exception>
    public static TextClassifier Create(ClassifierConfig config)
    {
        ClassifierConfigValidation.ThrowIfInvalid(config);
        var encoder = CreateEncoder(config.Encoder, config.Adapter);

        // The loop last: a plain and a feedback classifier of one seed start with the same weights in all else.
        var width = TokenPooling.Width(config.Pooling, encoder.HiddenSize);
        var head = new ClassificationHead(width, config);
        var pooling = CreatePooling(config, encoder.HiddenSize);
        var loop = config.Feedback is null ? null : CreateLoop(config, config.Feedback, encoder.HiddenSize);
        return new TextClassifier(config, encoder, pooling, loop, head);
    }

    internal static TextEncoder CreateEncoder(EncoderConfig config, AdapterConfig? adapter) => config switch
    {
        MlpEncoderConfig mlp => new MlpEncoder(mlp, adapter),
        TransformerEncoderConfig transformer => new TransformerEncoder(transformer, adapter),
        RecurrentEncoderConfig recurrent => new RecurrentEncoder(recurrent, adapter),
        _ => throw Unknown(config.GetType().Name),
    };

    private static SelfAttentionPooling? CreatePooling(ClassifierConfig config, int hiddenSize) =>
        TokenPooling.Learns(config.Pooling)
            ? new SelfAttentionPooling(hiddenSize, config.PoolingSize ?? Math.Max(1, hiddenSize / 2), config.Pooling)
            : null;

    private static FeedbackLoop CreateLoop(ClassifierConfig config, FeedbackConfig loop, int hiddenSize)
    {
        FeedbackModule feedback = loop.Feedback switch
        {
            FeedbackKind.Residual => new ResidualFeedback(),
            FeedbackKind.Attention => new AttentionFeedback(hiddenSize, loop.Heads),
            FeedbackKind.Gated => new GatedFeedback(hiddenSize),
            _ => throw Unknown(loop.Feedback),
        };
        FusionModule fusion = loop.Fusion switch
        {
            FusionKind.Add => new AddFusion(),
            FusionKind.Gated => new GatedFusion(hiddenSize),
            FusionKind.Attention => new AttentionFusion(hiddenSize, loop.Heads),
            _ => throw Unknown(loop.Fusion),
        };
        return new FeedbackLoop(loop, feedback, fusion, hiddenSize, config.Labels.Count, config.Head);
    }

    private static InvalidConfigurationException Unknown(object kind) => new([$"Nothing is known under the kind '{kind}'."]);
}
