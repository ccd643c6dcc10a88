using FeedbackService.Model.Encoders;
using FeedbackService.Model.Feedback;
using static TorchSharp.torch;

namespace FeedbackService.Model.Classification;

/// <summary>Where a batch stands: all that the next round of each of its texts needs.</summary>
/// <param name="Rounds">The round each text has just taken, 0 for the plain pass. Length B.</param>
/// <param name="Anchor">H_m, output of the re-entry layer in round 0. Rows [N, H] float.</param>
/// <param name="States">H^k, encoder output of each text's round. Rows [N, H] float.</param>
/// <param name="Logits">z^k. [B, L] float32 or wider.</param>
/// <param name="Step">How the input of the texts that took a feedback round came about, which are the first ones; null when none did.</param>
internal sealed record RoundState(IReadOnlyList<int> Rounds, TokenBatch Anchor, TokenBatch States, Tensor Logits, FeedbackStep? Step);
