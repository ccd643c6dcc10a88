using FeedbackService.Model.Encoders;
using FeedbackService.Model.Numerics;
using static TorchSharp.torch;

namespace FeedbackService.Model.Classification;

/// <summary>How far the input of a feedback round is from that of the plain pass, text by text.</summary>
internal static class RelativeChange
{
    // Below the norm of any state that means something: states of zero are no infinite change.
    private const double SmallestNorm = 1e-12;

    /// <summary>‖X − H‖ / ‖H‖ over all token states of each text.</summary>
    /// <param name="input">X^k. Rows [N, H] float.</param>
    /// <param name="anchor">H_m. Rows [N, H] float.</param>
    /// <returns>[B] float32, in the current dispose scope.</returns>
    public static Tensor Of(TokenBatch input, TokenBatch anchor)
    {
        using var scope = NewDisposeScope();
        var (from, to) = (anchor.Rows.to(float32), input.Rows.to(float32));
        return (Norms(to - from, anchor.Layout) / Norms(from, anchor.Layout).ClampMin(SmallestNorm)).MoveToOuterDisposeScope();
    }

    private static Tensor Norms(Tensor rows, TokenLayout layout) =>
        zeros([layout.Count], rows.dtype, rows.device).PlusRows(layout.RowSequence, (rows * rows).sum(1)).sqrt(); // [B]
}
