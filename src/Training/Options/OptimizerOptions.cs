using FeedbackService.Model.Numerics;
using FeedbackService.Training.Presets;

namespace FeedbackService.Training.Options;

/// <summary>How gradients become steps.</summary>
public sealed record OptimizerOptions
{
    /// <summary>Update rule.</summary>
    [TrainingOption("Update rule: sgd (momentum 0.9), adam (decay inside the gradient) or adamw (decay beside it).", Name = "optimizer", SearchValues = true)]
    public OptimizerKind Kind { get; init; } = OptimizerKind.Adamw;

    /// <summary>In what steps compute.</summary>
    [TrainingOption("Element type in which steps compute forwards and back: float32, or bfloat16 on a device with units for it. Weights, moments, validation and the artifact are float32 either way. A CPU without instructions for bfloat16 takes many times as long.")]
    public ComputePrecision Precision { get; init; } = ComputePrecision.Float32;

    /// <summary>Leave the encoder as it is.</summary>
    [TrainingOption("Leave the encoder's weights as they are and train pooling, head and feedback loop on its states, which are then fixed features without dropout. Meant for a registered base model; from a preset the features are random.", Methods = TrainingMethods.Supervised)]
    public bool FreezeEncoder { get; init; }

    /// <summary>Leave the embedding as it is.</summary>
    [TrainingOption("Leave the embedding's weights as they are, without dropout on them; freeze_layers and freeze_encoder include it. Meant for a registered base model.", Methods = TrainingMethods.Supervised)]
    public bool FreezeEmbeddings { get; init; }

    /// <summary>Lowest layers to leave as they are.</summary>
    [TrainingOption("Leave the weights of so many of the lowest layers, and of the embedding, as they are, without dropout in them; at most layers. 0 leaves nothing. Meant for a registered base model.", Minimum = 0, Maximum = 48, Methods = TrainingMethods.Supervised)]
    public int FreezeLayers { get; init; }

    /// <summary>Whether the encoder begins to learn all at once.</summary>
    [TrainingOption("none trains the whole encoder from the first epoch on. gradual trains head, pooling and feedback loop alone in the first epoch and one block of the encoder more in each later one, from the last layer down to the embedding; what freeze_embeddings or freeze_layers leave stays left.", Methods = TrainingMethods.Supervised)]
    public UnfreezingKind Unfreezing { get; init; } = UnfreezingKind.None;

    /// <summary>Learning-rate factor from each layer to the one below.</summary>
    [TrainingOption("Learning-rate factor from each layer of the encoder to the one below it; the last layer, head, pooling and feedback loop have the whole rate, the embedding the lowest. 1 gives all the same.", Minimum = 0, ExclusiveMinimum = true, Maximum = 1, SearchLow = 0.6, SearchHigh = 1, Methods = TrainingMethods.Supervised)]
    public double LayerDecay { get; init; } = 1;

    /// <summary>The embedding never learns.</summary>
    public bool LeavesEmbeddings => FreezeEncoder || FreezeEmbeddings || FreezeLayers > 0;

    /// <summary>Lowest blocks of the encoder that do not learn in an epoch; of frozen options the widest counts.</summary>
    /// <param name="layers">L of the encoder.</param>
    /// <param name="epoch">From 0.</param>
    /// <returns>0 … L + 1, as <see cref="Model.Encoders.TextEncoder.FrozenBlocks"/>.</returns>
    public int FrozenBlocks(int layers, long epoch)
    {
        var always = FreezeEncoder ? layers + 1 : FreezeLayers > 0 ? Math.Min(FreezeLayers, layers) + 1 : FreezeEmbeddings ? 1 : 0;
        return Unfreezing == UnfreezingKind.Gradual ? (int)Math.Max(always, layers + 1 - Math.Min(epoch, layers + 1)) : always;
    }

    /// <summary>Learning rate of the n-gram table.</summary>
    [TrainingOption("Highest learning rate of the mlp encoder's table of tokens, whose rows are moved by row-wise Adagrad whatever the optimizer of the other weights; follows the same schedule.", Minimum = 0, ExclusiveMinimum = true, Maximum = 10, Encoders = EncoderFamilies.Mlp, Auto = nameof(AutoRules.TableLearningRate), SearchLow = 3e-3, SearchHigh = 0.1, SearchLogarithmic = true)]
    public double TableLearningRate { get; init; } = 0.02;

    /// <summary>Weight decay λ.</summary>
    [TrainingOption("Weight decay; biases, norms, embeddings and the feedback scale have none.", Minimum = 0, Maximum = 1, SearchLow = 1e-4, SearchHigh = 0.1, SearchLogarithmic = true)]
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Largest norm of the gradient over all parameters; 0 = no limit.</summary>
    [TrainingOption("Largest norm of the gradient over all parameters; larger ones are scaled down. 0 means no limit.", Minimum = 0, Maximum = 1000)]
    public double MaxGradNorm { get; init; } = 1;

    /// <summary>Learning-rate factor of the feedback scale γ.</summary>
    [TrainingOption("Learning-rate factor of the feedback scale: 1 where everything starts anew, more where the learning rate is the small one of a trained encoder.", Minimum = 0, ExclusiveMinimum = true, Maximum = 1000, SearchLow = 1, SearchHigh = 30, SearchLogarithmic = true, Methods = TrainingMethods.Supervised)]
    public double ScaleLearningRateFactor { get; init; } = 1;
}
