using FeedbackService.Model.Encoders;
using FeedbackService.Model.Feedback;
using static TorchSharp.torch;

namespace FeedbackService.Model.Classification;

/// <summary>Where a batch stands after a round: all that the next one needs.</summary>
/// <param name="Round">0 for the plain pass.</param>
/// <param name="Anchor">H_m, output of the re-entry layer in round 0. Rows [N, H] float.</param>
/// <param name="States">H^k, encoder output of this round. Rows [N, H] float.</param>
/// <param name="Logits">z^k. [B, L] float32 or wider.</param>
/// <param name="Step">How this round's input came about; null in round 0.</param>
internal sealed record RoundState(int Round, TokenBatch Anchor, TokenBatch States, Tensor Logits, FeedbackStep? Step);
