namespace FeedbackService.Testing;

/// <summary>How far the gradient of one parameter is from central differences.</summary>
/// <param name="Parameter">Its name in the state dictionary.</param>
/// <param name="Slope">Largest absolute entry of the gradient; 0 also when there is none.</param>
/// <param name="Relative">‖gradient − differences‖ / ‖larger of the two‖ over the looked-at entries, the divisor at least 1e-4; infinite without a gradient.</param>
public sealed record GradientDeviation(string Parameter, double Slope, double Relative);
