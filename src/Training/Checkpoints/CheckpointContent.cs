using static TorchSharp.torch;

namespace FeedbackService.Training.Checkpoints;

/// <summary>What goes into a checkpoint, and comes out of it.</summary>
/// <param name="State">Where the training stands.</param>
/// <param name="Weights">State dictionary of the model.</param>
/// <param name="OptimizerState">State of the optimizer.</param>
/// <param name="BestWeights">Weights of the best evaluation; null when they are <paramref name="Weights"/> or there was none.</param>
public sealed record CheckpointContent(
    CheckpointState State,
    IReadOnlyDictionary<string, Tensor> Weights,
    IReadOnlyDictionary<string, Tensor> OptimizerState,
    IReadOnlyDictionary<string, Tensor>? BestWeights);
