using FeedbackService.Model.Configuration;
using FeedbackService.Model.Encoders;
using FeedbackService.Model.Numerics;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FeedbackService.Model.Pooling;

/// <summary>
/// Mean of a text's token states weighed by what a small network says of each of them:
/// e_i = v·tanh(W·h_i + b), α = softmax_i(e), pooled = Σ α_i·h_i (Lin et al. 2017, arXiv:1703.03130, equations 5 and 6, one hop).
/// </summary>
/// <remarks>
/// Differs from the paper in the bias b and in that there is one hop, so that no penalty against equal hops is needed.
/// With it the classifier has a·(H + 2) parameters more: set a to what a feedback loop has, over H + 2, and the two are rivals of the same size.
/// </remarks>
public sealed class SelfAttentionPooling : nn.Module
{
    private readonly int _hiddenSize;
    private readonly PoolingKind _kind;

    [ComponentName(Name = "projection")]
    private readonly Linear _projection;

    [ComponentName(Name = "score")]
    private readonly Linear _score;

    /// <summary>Makes the module with weights from torch's global generator.</summary>
    /// <param name="hiddenSize">H.</param>
    /// <param name="size">a, rows of W.</param>
    /// <param name="kind">One of the kinds with attention.</param>
    public SelfAttentionPooling(int hiddenSize, int size, PoolingKind kind)
        : base(nameof(SelfAttentionPooling))
    {
        _hiddenSize = hiddenSize;
        _kind = kind;
        _projection = Initialization.Linear(hiddenSize, size);

        // Zero: every token weighs the same at the start, so that it begins as the pooling it refines. A bias would add the same to all scores of a text.
        _score = Initialization.Linear(size, 1, bias: false, deviation: 0);
        RegisterComponents();
    }

    /// <summary>Width of the pooled vector: H, or 2H with the maximum.</summary>
    public int Width => TokenPooling.Width(_kind, _hiddenSize);

    /// <summary>Pools. Rows [N, H] float to [B, H], or [B, 2H] with the maximum; float32 of anything narrower.</summary>
    public Tensor Pool(TokenBatch states)
    {
        ArgumentNullException.ThrowIfNull(states);
        using var scope = NewDisposeScope();
        var mean = TokenPooling.Sum(states.With(states.Rows.Widened() * Weigh(states)));
        if (_kind == PoolingKind.AttentionSqrtNMax)
        {
            mean *= states.Layout.LengthColumn.sqrt().to(mean.dtype);
        }

        var pooled = _kind == PoolingKind.Attention ? mean : cat([mean, TokenPooling.Max(states).Widened()], 1);
        return pooled.MoveToOuterDisposeScope();
    }

    // α of every token. [N, 1], float32 of anything narrower.
    private Tensor Weigh(TokenBatch states)
    {
        var layout = states.Layout;
        var scores = TokenBatch.Pad(_score.call(_projection.call(states.Rows).tanh()).Widened(), layout); // [B, T, 1]
        if (!layout.IsRectangular)
        {
            scores = scores.MaskedFillWith(layout.Mask.logical_not().unsqueeze(-1), float.NegativeInfinity);
        }

        return TokenBatch.Unpad(scores.softmax(1), layout);
    }
}
