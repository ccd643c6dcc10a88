using FeedbackService.Model.Numerics;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FeedbackService.Model.Encoders.Recurrent;

/// <summary>
/// A square matrix whose largest singular value is kept at or below a bound: W̄ = W·min(1, bound / σ₁(W)), by power iteration from a direction that
/// is kept between steps (Miyato et al. 2018, arXiv:1802.05957).
/// </summary>
internal sealed class BoundedMatrix : nn.Module
{
    private const string Direction = "direction";
    private const int PowerSteps = 2;
    private const double Nothing = 1e-12;

    private readonly double _bound;

    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    /// <summary>Takes over initial values.</summary>
    /// <param name="weight">[D, D] float.</param>
    /// <param name="bound">Greater than 0.</param>
    public BoundedMatrix(Parameter weight, double bound)
        : base(nameof(BoundedMatrix))
    {
        _bound = bound;
        _weight = weight;
        using var scope = NewDisposeScope();
        register_buffer(Direction, nn.functional.normalize(randn(weight.size(0)), dim: 0).DetachFromDisposeScope());
        RegisterComponents();
    }

    /// <summary>The bounded matrix, and its norm as far as the power iteration knows it, which is from below. Both in the current dispose scope.</summary>
    /// <returns>W̄ [D, D] and ‖W̄‖₂ as a scalar, both with gradient and never narrower than float32: a bound that is rounded is none.</returns>
    public (Tensor Weight, Tensor Norm) Bounded()
    {
        using var scope = NewDisposeScope();
        var weight = _weight.Widened();

        // σ₁ = ‖Wᵀu‖ for the left singular vector u, and its gradient is right with u held: at the maximum, moving u changes nothing.
        var norm = linalg.norm(weight.t().matmul(Refine(weight)), 2.0);
        var scale = norm.ClampMin(_bound).reciprocal().Times(_bound); // min(1, bound / σ₁)
        return ((weight * scale).MoveToOuterDisposeScope(), (norm * scale).MoveToOuterDisposeScope());
    }

    private Tensor Refine(Tensor weight)
    {
        using var mode = no_grad();
        var kept = get_buffer(Direction)!;
        var direction = kept.to(weight.dtype);
        for (var step = 0; step < PowerSteps; step++)
        {
            var turned = weight.matmul(weight.t().matmul(direction));
            var length = linalg.norm(turned, 2.0);

            // Of a matrix of zeros nothing can be learned; the old direction serves when it has grown.
            direction = where(length.IsAtLeast(Nothing), turned / length.ClampMin(Nothing), direction);
        }

        // Of a frozen encoder nothing moves, this neither.
        if (training && _weight.requires_grad)
        {
            kept.copy_(direction);
        }

        // A copy of its own: the next call in the same step moves what is kept, and the graph of this one must not see it.
        return direction.clone();
    }
}
