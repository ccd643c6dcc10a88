using FeedbackService.Model.Configuration;
using FeedbackService.Model.Numerics;
using static TorchSharp.torch;

namespace FeedbackService.Training.Objectives;

/// <summary>How far the rounds are from agreeing with the plain pass (Liang et al. 2021, "R-Drop", arXiv:2106.14448, eq. 2).</summary>
/// <remarks>
/// Under dropout the rounds are further passes of nearly the same network, which R-Drop has to compute for the purpose. For K ≥ 1:
/// 1/K · Σ_k ½ · [KL(p^k‖p^0) + KL(p^0‖p^k)], mean over the texts; gradients go to both sides, as there. Several labels: KL is the sum
/// over labels of that of Bernoulli distributions. As KL(p‖q) + KL(q‖p) = Σ (p − q)·(ln p − ln q), and the normalizer of the
/// softmax drops out of the sum, both are ½ · Σ_c (p_c^k − p_c^0)·(z_c^k − z_c^0), with p the softmax or the sigmoid of z: no logarithm
/// of a small probability is taken.
/// </remarks>
public static class RoundConsistency
{
    /// <summary>The penalty of a batch.</summary>
    /// <param name="logits">Of rounds 0 … K with K ≥ 1, each [B, L] float.</param>
    /// <param name="head">What they mean.</param>
    /// <returns>A scalar tensor with gradient; 0 when all rounds say the same.</returns>
    public static Tensor Penalty(IReadOnlyList<Tensor> logits, HeadKind head)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentOutOfRangeException.ThrowIfLessThan(logits.Count, 2, nameof(logits));
        using var scope = NewDisposeScope();
        var plain = Probabilities(logits[0]); // [B, L]
        var products = logits.Skip(1).Select(round => ((Probabilities(round) - plain) * (round - logits[0])).sum(-1)); // [B] each
        return stack(products).mean().Times(0.5).MoveToOuterDisposeScope();

        Tensor Probabilities(Tensor round) => head == HeadKind.MultiLabel ? round.sigmoid() : round.softmax(-1);
    }
}
