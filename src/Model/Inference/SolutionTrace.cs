namespace FeedbackService.Model.Inference;

/// <summary>How well an encoder whose states are a fixed point solved for one text in one round.</summary>
/// <param name="Sweeps">Sweeps taken, of all layers together.</param>
/// <param name="Residual">Largest change of a feature in the last sweep.</param>
/// <param name="Kappa">Bound on how much of an error a sweep leaves, as the power iteration knows it, which is from below; below 1 there is exactly one solution.</param>
public sealed record SolutionTrace(int Sweeps, double Residual, double Kappa);
