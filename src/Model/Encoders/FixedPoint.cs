namespace FeedbackService.Model.Encoders;

/// <summary>How well states solve the equation that defines them.</summary>
/// <param name="Sweeps">Sweeps taken for each text of the batch until nothing moved any more.</param>
/// <param name="Residuals">Largest change of a feature of each text in its last sweep; at most the tolerance where it settled.</param>
/// <param name="Kappa">Bound κ = Lip(f)·(‖W‖₂ + ‖V‖₂) on how much of an error a sweep leaves; below 1 there is exactly one solution. NaN in training, where nobody reads it.</param>
public sealed record FixedPoint(IReadOnlyList<int> Sweeps, IReadOnlyList<float> Residuals, double Kappa)
{
    /// <summary>Of two layers, one after the other: sweeps add up, the worse residual and bound count.</summary>
    public FixedPoint After(FixedPoint? earlier) => earlier is null ? this : new FixedPoint(
        [.. Sweeps.Zip(earlier.Sweeps, (one, other) => one + other)],
        [.. Residuals.Zip(earlier.Residuals, Math.Max)],
        Math.Max(Kappa, earlier.Kappa));
}
