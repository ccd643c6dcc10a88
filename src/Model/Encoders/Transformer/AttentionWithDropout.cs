using FeedbackService.Model.Numerics;
using FeedbackService.Model.Randomness;
using static TorchSharp.torch;

namespace FeedbackService.Model.Encoders.Transformer;

/// <summary>
/// dropout(softmax(QKᵀ/√D + mask))·V (Vaswani et al. 2017, equation 1) operation by operation, for training on CPUs: libtorch has no kernel for it there either, and its dropout is the
/// slower one (<see cref="RandomDropout"/>).
/// </summary>
internal static class AttentionWithDropout
{
    /// <summary>Mixes the values of each text.</summary>
    /// <param name="queries">Q. [B, heads, T, D] float.</param>
    /// <param name="keys">K, of the same shape.</param>
    /// <param name="values">V, of the same shape.</param>
    /// <param name="mask">True where a key may be seen, one of each row at least. Broadcast to [B, heads, T, T] bool; null for everywhere.</param>
    /// <param name="causal">A query sees no key after its own place.</param>
    /// <param name="dropout">Probability that a weight is left out; 0 or more, below 1.</param>
    /// <returns>[B, heads, T, D] in the dtype of the queries.</returns>
    public static Tensor Mix(Tensor queries, Tensor keys, Tensor values, Tensor? mask, bool causal, double dropout)
    {
        using var scope = NewDisposeScope();
        var dtype = queries.dtype;

        // Sums over many keys need more than bfloat16's eight bits; libtorch computes them in float32 too.
        (queries, keys, values) = (queries.Widened(), keys.Widened(), values.Widened());
        var scores = matmul(queries, keys.transpose(-2, -1)).ScaleInPlace(1 / Math.Sqrt(queries.shape[^1])); // [B, heads, T, T]
        if (mask is not null)
        {
            scores.AddInPlace(Bias(mask.logical_not(), scores));
        }

        if (causal)
        {
            scores.AddInPlace(Bias(ones([scores.shape[^2], scores.shape[^1]], ScalarType.Bool, scores.device).triu(1), scores));
        }

        return matmul(RandomDropout.Apply(scores.softmax(-1), dropout), values).to(dtype).MoveToOuterDisposeScope();
    }

    private static Tensor Bias(Tensor hidden, Tensor scores) =>
        zeros(hidden.shape, scores.dtype, scores.device).MaskedFillWith(hidden, double.NegativeInfinity);
}
