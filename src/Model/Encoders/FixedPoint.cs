using FeedbackService.Model.Inference;

namespace FeedbackService.Model.Encoders;

/// <summary>How well states solve the equation that defines them, text by text.</summary>
/// <param name="Sweeps">Sweeps taken for each text of the batch until nothing moved any more.</param>
/// <param name="Residuals">Largest change of a feature of each text in its last sweep; at most the tolerance where it settled.</param>
/// <param name="Kappas">
/// κ = Lip(f)·(‖W‖₂ + ‖V‖₂), which bounds how much of an error a sweep leaves, the largest of the layers that the text went through; below 1 there is exactly one solution. The
/// norms are those of the power iteration, which comes to them from below. NaN in training, where nobody reads it.
/// </param>
public sealed record FixedPoint(IReadOnlyList<int> Sweeps, IReadOnlyList<float> Residuals, IReadOnlyList<double> Kappas)
{
    /// <summary>What it is for one text.</summary>
    public SolutionTrace Of(int text) => new(Sweeps[text], Residuals[text], Kappas[text]);

    /// <summary>Of two layers, one after the other: sweeps add up, the worse residual and bound count.</summary>
    public FixedPoint After(FixedPoint? earlier) => earlier is null ? this : new FixedPoint(
        [.. Sweeps.Zip(earlier.Sweeps, (one, other) => one + other)],
        [.. Residuals.Zip(earlier.Residuals, Math.Max)],
        [.. Kappas.Zip(earlier.Kappas, Math.Max)]);

    /// <summary>Of texts that solved nothing so far.</summary>
    public static FixedPoint Nothing(int texts) => new(new int[texts], new float[texts], new double[texts]);

    /// <summary>Of two lists of texts, one after the other.</summary>
    public FixedPoint Then(FixedPoint others) => new([.. Sweeps, .. others.Sweeps], [.. Residuals, .. others.Residuals], [.. Kappas, .. others.Kappas]);
}
