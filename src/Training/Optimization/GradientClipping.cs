using FeedbackService.Model.Numerics;
using static TorchSharp.torch;

namespace FeedbackService.Training.Optimization;

/// <summary>Clipping by the norm over all parameters (Pascanu et al. 2013): if ‖g‖₂ > c then g ← g·c / (‖g‖₂ + 1e-6), as in PyTorch.</summary>
public static class GradientClipping
{
    private const double Epsilon = 1e-6;

    /// <summary>Scales the gradients in place when their norm is too large.</summary>
    /// <param name="gradients">Gradients of the step; row gradients count with their merged rows.</param>
    /// <param name="maxNorm">c; 0 or less measures only.</param>
    /// <returns>‖g‖₂ before scaling; may be NaN or infinite, then nothing is scaled.</returns>
    public static double Clip(IReadOnlyList<ParameterGradient> gradients, double maxNorm)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        if (gradients.Count == 0)
        {
            return 0;
        }

        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var norms = gradients.Select(gradient => gradient.Values.norm()).ToList();
        var norm = stack(norms).norm().to(ScalarType.Float64).cpu().item<double>();
        if (maxNorm > 0 && norm > maxNorm && double.IsFinite(norm))
        {
            foreach (var gradient in gradients)
            {
                gradient.Values.ScaleInPlace(maxNorm / (norm + Epsilon));
            }
        }

        return norm;
    }
}
