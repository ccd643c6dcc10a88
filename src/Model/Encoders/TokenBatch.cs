using static TorchSharp.torch;

namespace FeedbackService.Model.Encoders;

/// <summary>
/// The one currency between model parts: token states of several texts, packed end to end without padding.
/// </summary>
/// <param name="Rows">Token states. [N, H] float.</param>
/// <param name="Layout">Which row belongs to which text. Shared, not owned.</param>
public sealed record TokenBatch(Tensor Rows, TokenLayout Layout)
{
    /// <summary>How the states were found, where they solve an equation; null where they are simply computed.</summary>
    public FixedPoint? Solution { get; init; }

    /// <summary>The same texts with other states, which are no solution of anything. <paramref name="rows"/>: [N, H'] float.</summary>
    public TokenBatch With(Tensor rows) => this with { Rows = rows, Solution = null };

    /// <summary>These texts and then those of another batch, under a layout of both. Rows [N₁ + N₂, H].</summary>
    public TokenBatch Then(TokenBatch others, TokenLayout layout)
    {
        ArgumentNullException.ThrowIfNull(others);
        ArgumentNullException.ThrowIfNull(layout);
        return new TokenBatch(cat([Rows, others.Rows]), layout)
        {
            Solution = Solution is null && others.Solution is null
                ? null
                : (Solution ?? FixedPoint.Nothing(Layout.Count)).Then(others.Solution ?? FixedPoint.Nothing(others.Layout.Count)),
        };
    }

    /// <summary>Padded view on demand. [B, T, H]; zeros at padding. A view, not a copy, when all texts are equally long.</summary>
    public Tensor ToPadded() => Pad(Rows, Layout);

    /// <summary>The rows of real tokens of a padded tensor. [B, T, H] → packed.</summary>
    public static TokenBatch FromPadded(Tensor padded, TokenLayout layout) => new(Unpad(padded, layout), layout);

    /// <summary>Repeats one vector per text over the text's rows. [B, H] → [N, H].</summary>
    public static Tensor Broadcast(Tensor perText, TokenLayout layout) => perText.index_select(0, layout.RowSequence);

    /// <summary>[N, X] → [B, T, X], zeros at padding.</summary>
    public static Tensor Pad(Tensor rows, TokenLayout layout)
    {
        var width = rows.shape[^1];
        if (layout.IsRectangular)
        {
            return rows.view(layout.Count, layout.MaxLength, width);
        }

        var slots = zeros([(long)layout.Count * layout.MaxLength, width], rows.dtype, rows.device);
        return slots.index_copy_(0, layout.PaddedSlot, rows).view(layout.Count, layout.MaxLength, width);
    }

    /// <summary>[B, T, X] → [N, X].</summary>
    public static Tensor Unpad(Tensor padded, TokenLayout layout)
    {
        var flat = padded.reshape((long)layout.Count * layout.MaxLength, padded.shape[^1]);
        return layout.IsRectangular ? flat : flat.index_select(0, layout.PaddedSlot);
    }
}
