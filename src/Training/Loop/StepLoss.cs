using static TorchSharp.torch;

namespace FeedbackService.Training.Loop;

/// <summary>What a step minimizes, in the step's dispose scope.</summary>
/// <param name="Total">A scalar with gradient.</param>
/// <param name="Rounds">Loss of each round taken; one for a model without rounds. [K + 1] float.</param>
internal sealed record StepLoss(Tensor Total, Tensor Rounds);
