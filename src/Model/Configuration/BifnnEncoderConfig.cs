namespace FeedbackService.Model.Configuration;

/// <summary>
/// Bidirectional feedback network: h_t = f(U·x_t + W·h_{t−1} + V·h_{t+1} + b), every state hanging on the one before and the one after it, solved as
/// a fixed point with h_0 = h_{T+1} = 0; seed items 1-5 and 1-13.
/// </summary>
public sealed record BifnnEncoderConfig : RecurrentEncoderConfig
{
    /// <summary>f. Default tanh.</summary>
    public ActivationKind Activation { get; init; } = ActivationKind.Tanh;

    /// <summary>How gradients pass through the solution. Default phantom.</summary>
    public SolutionGradient Gradient { get; init; } = SolutionGradient.Phantom;

    /// <summary>In which order the states of a text are renewed. Default alternating.</summary>
    public SweepOrder Order { get; init; } = SweepOrder.Alternating;

    /// <summary>Sweeps after which the solver gives up, 1 to 1000. Default 30. Without effect on unrolled gradients.</summary>
    public int MaxSweeps { get; init; } = 30;

    /// <summary>Sweeps that are differentiated, 1 to 100: after the solution (phantom) or in all (unrolled). Default 3. Without effect on implicit gradients.</summary>
    public int GradientSweeps { get; init; } = 3;

    /// <summary>A text has settled when no feature of it changes by more than this in a sweep; greater than 0. Default 1e-4.</summary>
    public double Tolerance { get; init; } = 1e-4;

    /// <summary>κ_W: Lip(f)·‖W‖₂ is kept at or below it, greater than 0. Default 0.6.</summary>
    public double PastBound { get; init; } = 0.6;

    /// <summary>κ_V: Lip(f)·‖V‖₂ is kept at or below it, greater than 0. Default 0.3. Both together are below 1, so that there is exactly one solution.</summary>
    public double FutureBound { get; init; } = 0.3;
}
