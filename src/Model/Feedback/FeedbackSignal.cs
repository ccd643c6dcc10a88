using FeedbackService.Model.Encoders;
using static TorchSharp.torch;

namespace FeedbackService.Model.Feedback;

/// <summary>
/// The signal F of one round. When it is the same for all tokens of a text it stays one row per text, so that whatever
/// is linear in it is computed B times instead of N times.
/// </summary>
/// <param name="Values">[B, H] float if <paramref name="PerText"/>, else [N, H] float.</param>
/// <param name="PerText">One row per text instead of one per token.</param>
/// <param name="Attention">Weight of each token within its text, per head. [N, heads] float; null without attention.</param>
public readonly record struct FeedbackSignal(Tensor Values, bool PerText, Tensor? Attention = null)
{
    /// <summary>Lays rows computed from <see cref="Values"/> (same first dimension) over the tokens. → [N, X].</summary>
    public Tensor Spread(Tensor rows, TokenLayout layout) => PerText ? TokenBatch.Broadcast(rows, layout) : rows;
}
