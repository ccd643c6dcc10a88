using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Configuration;
using FeedbackService.Training.Optimization;
using static TorchSharp.torch;

namespace FeedbackService.Training.Loop;

/// <summary>What is learned: a model, what a step teaches it, and how good it is. Steps, order, checkpoints, early stopping and progress are the same for all.</summary>
internal interface ITrainingTask : IDisposable
{
    /// <summary>The model on its device. Owned by the task.</summary>
    nn.Module Model { get; }

    /// <summary>What the model is, as its artifact will say.</summary>
    ClassifierConfig Config { get; }

    /// <summary>What the artifact will hold.</summary>
    ArtifactKind Kind { get; }

    /// <summary>What the artifact will hold of the model's weights, in the current dispose scope.</summary>
    IReadOnlyList<TensorSource> Weights { get; }

    /// <summary>Gives AdaLoRA's maps their ranks; null for all else. Owned by the task.</summary>
    RankAllocator? Ranks => null;

    /// <summary>What steps compute with in place of the model; null for the model itself. Owned by the task.</summary>
    ComputeCopy? Compute => null;

    /// <summary>Called before the first step of an epoch, and when a training goes on in the middle of one.</summary>
    /// <param name="epoch">From 0.</param>
    void BeginEpoch(long epoch)
    {
    }

    /// <summary>The loss of a step; depends on weights, batch, seed and number alone.</summary>
    /// <param name="step">Number of the step, from 1; libtorch has been seeded for it.</param>
    /// <param name="batch">B texts.</param>
    StepLoss Loss(long step, IReadOnlyList<EncodedExample> batch);

    /// <summary>How good the model is on the held-out part, which is not empty.</summary>
    /// <param name="step">Steps taken so far.</param>
    /// <param name="epoch">Passes completed, with the share of the running one.</param>
    TaskEvaluation Evaluate(long step, double epoch);

    /// <summary>What is to be said of the finished model, whose weights are those that are kept.</summary>
    /// <param name="trainedTokens">Tokens read in all steps.</param>
    TaskResult Conclude(long trainedTokens);
}
