using static TorchSharp.torch;

namespace FeedbackService.Model.Fusion;

/// <summary>Token states after fusion.</summary>
/// <param name="Rows">O. [N, H] float.</param>
/// <param name="Kept">Share of the old state that is kept, per feature or per head. [N, X] float; null without a gate.</param>
public readonly record struct FusedStates(Tensor Rows, Tensor? Kept = null);
