using FeedbackService.Model.Classification;
using FeedbackService.Model.Encoders.Mlp;
using FeedbackService.Training.Options;
using static TorchSharp.torch;

namespace FeedbackService.Training.Optimization;

/// <summary>Sorts a model's parameters: which decay, and which move faster.</summary>
public static class ParameterGroups
{
    // Key in the state dictionary of the feedback scale γ ends so.
    private const string ScaleName = "scale";

    private const string Encoder = "encoder.";

    // Of the mlp encoder alone: others call their embedding the same.
    private const string TableName = "encoder.embedding.weight";

    /// <summary>All parameters that want a gradient, in the order of the state dictionary.</summary>
    /// <remarks>
    /// Only matrices decay: biases, norm weights, the feedback scale γ and other vectors do not, nor do embeddings, whose
    /// rare rows would otherwise fade between their few updates. Parameters of the encoder move the slower the lower they are, by <see cref="OptimizerOptions.LayerDecay"/>.
    /// </remarks>
    /// <param name="model">Whose parameters.</param>
    /// <param name="options">How they move.</param>
    /// <param name="peakLearningRate">Highest learning rate of the schedule, which the factors refer to.</param>
    public static IReadOnlyList<TrainableParameter> Of(nn.Module model, OptimizerOptions options, double peakLearningRate)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        var classifier = model as TextClassifier;
        var hasTable = classifier?.Encoder is MlpEncoder;
        return
        [
            .. from entry in model.named_parameters()
               where entry.parameter.requires_grad
               let last = entry.name[(entry.name.LastIndexOf('.') + 1)..]
               select new TrainableParameter(
                   entry.name,
                   entry.parameter,
                   LearningRateFactor: LayerFactor(classifier, entry.name, options) * (hasTable && entry.name == TableName ? options.TableLearningRate / peakLearningRate : last == ScaleName ? options.ScaleLearningRateFactor : 1),
                   Decays: entry.parameter.dim() > 1 && !entry.name.Contains("embedding", StringComparison.OrdinalIgnoreCase)),
        ];
    }

    // ξ^(L − l) of block l (Howard and Ruder 2018, section 3.2, who name the rates from the last layer down; the head has that of the last layer).
    private static double LayerFactor(TextClassifier? classifier, string name, OptimizerOptions options) =>
        classifier is not null && name.StartsWith(Encoder, StringComparison.Ordinal)
            ? Math.Pow(options.LayerDecay, classifier.Encoder.LayerCount - classifier.Encoder.BlockOf(name[Encoder.Length..]))
            : 1;

    /// <summary>The optimizer the options ask for.</summary>
    public static ParameterOptimizer CreateOptimizer(nn.Module model, OptimizerOptions options, double peakLearningRate)
    {
        var parameters = Of(model, options, peakLearningRate);
        return options.Kind switch
        {
            OptimizerKind.Sgd => new SgdOptimizer(parameters, options.WeightDecay),
            OptimizerKind.Adam => new AdamOptimizer(parameters, options.WeightDecay, decoupled: false),
            _ => new AdamOptimizer(parameters, options.WeightDecay, decoupled: true),
        };
    }
}
