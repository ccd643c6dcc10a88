using FeedbackService.Training.Presets;

namespace FeedbackService.Training.Options;

/// <summary>How gradients become steps.</summary>
public sealed record OptimizerOptions
{
    /// <summary>Update rule.</summary>
    [TrainingOption("Update rule: sgd (momentum 0.9), adam (decay inside the gradient) or adamw (decay beside it).", Name = "optimizer", SearchValues = true)]
    public OptimizerKind Kind { get; init; } = OptimizerKind.Adamw;

    /// <summary>Leave the encoder as it is.</summary>
    [TrainingOption("Leave the encoder's weights as they are and train pooling, head and feedback loop on its states, which are then fixed features without dropout. Meant for a registered base model; from a preset the features are random.")]
    public bool FreezeEncoder { get; init; }

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
    [TrainingOption("Learning-rate factor of the feedback scale: 1 where everything starts anew, more where the learning rate is the small one of a trained encoder.", Minimum = 0, ExclusiveMinimum = true, Maximum = 1000, SearchLow = 1, SearchHigh = 30, SearchLogarithmic = true)]
    public double ScaleLearningRateFactor { get; init; } = 1;
}
