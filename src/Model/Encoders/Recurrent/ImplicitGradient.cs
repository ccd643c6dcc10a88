using FeedbackService.Model.Numerics;
using static TorchSharp.torch;

namespace FeedbackService.Model.Encoders.Recurrent;

/// <summary>
/// Hands states through, and on the way back replaces their gradient by the one at the solution: δ = g + Jᵀδ with J = ∂F/∂h, that is
/// δ_t = g_t + Wᵀ·D_{t+1}·δ_{t+1} + Vᵀ·D_{t−1}·δ_{t−1}, D = diag f′; seed item 1-6. One differentiated sweep before it then gives the gradients of
/// item 1-7.
/// </summary>
internal sealed class ImplicitGradient : autograd.SingleTensorFunction<ImplicitGradient>
{
    // A contraction by 0.9 has come from 1 to 1e-13 by then.
    private const int MostSweeps = 300;

    // Of the largest feature of the gradient: near the last digit that the numbers have.
    private const double Precision = 1e-12;
    private const double PrecisionOfSingle = 1e-6;

    /// <inheritdoc/>
    public override string Name => nameof(ImplicitGradient);

    /// <summary>Applies it.</summary>
    /// <param name="states">F(h*), with the graph of one sweep. [N, D] float.</param>
    /// <param name="slopes">f′ at the solution. [N, D] float, without graph.</param>
    /// <param name="system">The equation.</param>
    public static Tensor Apply(Tensor states, Tensor slopes, BifnnSystem system) =>
        apply(states, slopes, system.Past.detach(), system.Future.detach(), system.Order.Next, system.Order.Previous);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        ArgumentNullException.ThrowIfNull(ctx);
        ArgumentNullException.ThrowIfNull(vars);
        ctx.save_for_backward([.. vars.Skip(1).Cast<Tensor>()]);
        return ((Tensor)vars[0]).clone();
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        ArgumentNullException.ThrowIfNull(ctx);
        ArgumentNullException.ThrowIfNull(grad_output);
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var saved = ctx.get_saved_variables();
        var (slopes, past, future, next, previous) = (saved[0], saved[1], saved[2], saved[3], saved[4]);
        var precision = grad_output.dtype == ScalarType.Float64 ? Precision : PrecisionOfSingle;
        var gradient = grad_output;
        for (var sweep = 0; sweep < MostSweeps; sweep++)
        {
            var sloped = slopes * gradient;

            // Rows: (Wᵀδ)ᵀ = δᵀ·W.
            var renewed = grad_output.Plus(BifnnSystem.Shift(sloped.matmul(past), next)).Plus(BifnnSystem.Shift(sloped.matmul(future), previous));
            var change = (renewed - gradient).abs().max() / renewed.abs().max();
            gradient = renewed;

            // NaN ends it too: 0 / 0 where there is no gradient.
            if (!(change.to(ScalarType.Float64).item<double>() > precision))
            {
                break;
            }
        }

        return [gradient.MoveToOuterDisposeScope(), null!, null!, null!, null!, null!];
    }
}
