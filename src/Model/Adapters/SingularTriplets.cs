using FeedbackService.Model.Classification;
using FeedbackService.Model.Numerics;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FeedbackService.Model.Adapters;

/// <summary>The factors of an AdaLoRA map; a column of P, an entry of Λ and a row of Q make a triplet. Owned by their module.</summary>
/// <param name="Name">Name of the module in the state dictionary; the factors are its <c>p</c>, <c>lambda</c> and <c>q</c>.</param>
/// <param name="P">[outputs, r] float.</param>
/// <param name="Lambda">The diagonal. [r] float.</param>
/// <param name="Q">[r, inputs] float.</param>
public sealed record SingularTriplets(string Name, Parameter P, Parameter Lambda, Parameter Q)
{
    /// <summary>Those of a classifier, in the order of the state dictionary; none without AdaLoRA.</summary>
    public static IReadOnlyList<SingularTriplets> Of(TextClassifier classifier)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        return [.. classifier.named_modules().Where(entry => entry.module is SingularDelta).Select(entry => ((SingularDelta)entry.module).ToTriplets(entry.name))];
    }

    /// <summary>
    /// ‖PᵀP − I‖² + ‖QQᵀ − I‖², squares of Frobenius norms (Zhang et al. 2023, equation 4). PEFT takes the norms themselves, and their mean over all factors.
    /// </summary>
    /// <returns>A scalar with gradient, in the current dispose scope.</returns>
    public Tensor Penalty()
    {
        using var scope = NewDisposeScope();
        var identity = eye(Lambda.shape[0], dtype: P.dtype, device: P.device);
        var (left, right) = (P.t().matmul(P) - identity, Q.matmul(Q.t()) - identity); // [r, r]
        return (left * left).sum().Plus((right * right).sum()).MoveToOuterDisposeScope();
    }
}
